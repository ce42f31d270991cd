// Runs everything that a change must pass without a browser. The slow steps run side by side: each uses one core.
import { spawn } from 'node:child_process';

/** Prints what a step said when it is over, so that steps do not mix. */
function run(step) {
  const begun = Date.now();
  return new Promise((resolve) => {
    const child = spawn('npm', ['run', '--silent', step], { shell: process.platform === 'win32' });
    let said = '';
    child.stdout.on('data', (chunk) => (said += chunk));
    child.stderr.on('data', (chunk) => (said += chunk));
    child.on('error', (error) => (said += error.message));
    child.on('close', (code) => {
      console.log(`--- ${step}: ${code === 0 ? 'ok' : 'FAILED'} after ${Math.round((Date.now() - begun) / 1000)} s\n${said}`);
      resolve(code === 0);
    });
  });
}

async function inOrder(steps) {
  for (const step of steps) if (!(await run(step))) return false;
  return true;
}

const passed = await Promise.all([inOrder(['build', 'sizes', 'test']), inOrder(['check:generated', 'lint', 'types'])]);
if (passed.includes(false)) process.exitCode = 1;
