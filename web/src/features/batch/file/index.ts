export { FilePage } from './FilePage';
