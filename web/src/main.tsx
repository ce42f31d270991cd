import 'antd/dist/reset.css';
import './ui/base.css';
import { createRoot } from 'react-dom/client';
import { App } from './app/App';
import { startLanguage } from './app/i18n';
import { signStyles } from './app/nonce';
import { watchSession } from './app/session/session';

signStyles();
watchSession();
const root = document.getElementById('root');
if (root === null) {
  throw new Error('index.html has no #root');
}
void startLanguage().then(() => createRoot(root).render(<App />));
