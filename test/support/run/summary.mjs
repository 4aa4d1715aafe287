/** The table at the end of `npm test`: a line for each step, then what was skipped and why. */
export function summarize(outcomes) {
  const rows = outcomes.map(({ name, passed, failed, skipped, seconds, ok }) => [
    ok ? 'ok' : 'FAILED',
    name,
    String(passed),
    String(failed),
    String(skipped.length),
    `${seconds.toFixed(1)} s`,
  ]);
  const table = [['', 'step', 'passed', 'failed', 'skipped', 'time'], ...rows];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  const lines = table.map((row) =>
    row
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join('  ')
      .trimEnd(),
  );
  const skipped = outcomes.flatMap(({ name, skipped: tests }) =>
    tests.map(({ title, reason }) => `  ${name}: ${title} (${reason})`),
  );
  if (skipped.length > 0) lines.push('', 'Skipped:', ...skipped);
  return lines.join('\n');
}
