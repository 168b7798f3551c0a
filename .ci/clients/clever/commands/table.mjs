// Writes what was checked, command by command.
export function table(cases, leftOut) {
  const rows = Map.groupBy(cases, ({ command }) => command);
  const lines = [...rows.keys(), ...Object.keys(leftOut)].sort().map((command) => {
    if (command in leftOut) return [command, leftOut[command], 'left out'];
    const all = rows.get(command);
    const failing = all.filter(({ fails }) => fails).map(({ fails }) => fails);
    return [command, all.map(({ checks }) => checks).join('; '), failing.length > 0 ? `fails: ${failing.join('; ')}` : 'passes'];
  });
  const count = (result) => lines.filter(([, , is]) => is.startsWith(result)).length;
  return [
    '',
    `${count('passes')} pass, ${count('fails')} fail, ${count('left out')} are left out.`,
    '',
    '| `clever …` | what is checked, or why it is left out | |',
    '|---|---|---|',
    ...lines.map(([command, what, result]) => `| \`${command}\` | ${what} | ${result} |`),
    '',
    '',
  ].join('\n');
}
