// A ledger with people, batches and an approval, and the built page before it, for looking around: `npm run play`.
import { startPage } from './page-server.mjs';
import { makeBatch, PASSWORD, PEOPLE, requireApproval, startWorld } from './world.mjs';

const world = await startWorld({ accounts: Number(process.env.ACCOUNTS ?? 2000), fund: '9000000.00' });
const page = await startPage(world.url, Number(process.env.PORT ?? 0));
const secrets = { check: await world.enrol('check'), boss: await world.enrol('boss') };
const maker = await world.as('maker');
await makeBatch(maker, { name: 'October refunds', payees: 4, amount: '12.50' });
const { batchNumber } = await makeBatch(maker, { name: 'Contractors', payees: 8, amount: '250.00', draft: true });
await requireApproval(world.enrolled('boss'), '1000.00');
await makeBatch(maker, { name: 'November payroll', payees: 1204, amount: '441.00' });
console.log(JSON.stringify({ page: page.url, server: world.url, draft: batchNumber, secrets, people: Object.keys(PEOPLE), password: PASSWORD }, null, 2));
process.on('SIGTERM', () => void Promise.all([page.close(), world.close()]).then(() => process.exit(0)));
process.on('SIGINT', () => void Promise.all([page.close(), world.close()]).then(() => process.exit(0)));
