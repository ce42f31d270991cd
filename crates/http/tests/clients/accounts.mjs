// Prints the accounts that the neighbouring scripts use, as a file for `sluice account import`:
// PAY with money, payees A0…, FX-USD with money, and FX-CNY.
//
//   node accounts.mjs 10000 > accounts.csv && sluice account import accounts.csv

const count = Number(process.argv[2] ?? 10_000);
const lines = [
  'number,holder,uid,currency,opening',
  'PAY,Employer,E,USD,5000000.00',
  'FX-USD,Trader,T,USD,100000.00',
  'FX-CNY,Trader,T,CNY,',
];
for (let k = 0; k < count; k += 1) lines.push(`A${k},Payee ${k},U${k},USD,`);
process.stdout.write(`${lines.join('\n')}\n`);
