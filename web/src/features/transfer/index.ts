export function TransferPage() { return null; }
export function TransfersPage() { return null; }
export function TransferDetailPage() { return null; }
