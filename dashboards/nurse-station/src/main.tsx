import { render } from 'preact';
import { App } from './shell/app.tsx';
import { openSession } from './session.ts';
import '@fontsource/arimo/400.css';
import '@fontsource/arimo/700.css';
import './theme.css';
import './shell/shell.css';
import './wall/wall.css';
import './alerts/alerts.css';
import './patient/patient.css';
import './log/log.css';
import './burden/burden.css';
import './board/board.css';

const root = document.getElementById('app');
if (root !== null) render(<App session={openSession()} />, root);
