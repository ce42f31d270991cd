export { BatchesPage } from './list/BatchesPage';
export { BatchPage } from './detail/BatchPage';
