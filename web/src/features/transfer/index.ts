export { TransferPage } from './TransferPage';
export { TransfersPage } from './TransfersPage';
export { TransferDetailPage } from './TransferDetailPage';
