export function StartPage() { return null; }
export function DraftPage() { return null; }
