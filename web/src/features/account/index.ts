export function AccountsPage() { return null; }
export function AccountPage() { return null; }
