export { StartPage } from './StartPage';
export { DraftPage } from './DraftPage';
