export { AccountsPage } from './AccountsPage';
export { AccountPage } from './AccountPage';
