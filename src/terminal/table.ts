import Table from 'cli-table3';

/** No lines and no colours: columns stay where they are, for eyes and for pipes. */
const plain = {
  chars: Object.fromEntries(
    'top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right left left-mid mid mid-mid right right-mid middle'
      .split(' ')
      .map((name) => [name, '']),
  ),
  style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
};

/**
 * Names in 1Password can hold line breaks and escape sequences, which belong on no terminal.
 *
 * @returns The text with a space for each.
 */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ' ');
}

/**
 * Writes a table without lines.
 *
 * @returns One line a row, without a line break at the end.
 */
export function plainTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({ ...plain, head: [...head] });
  for (const row of rows) table.push(row.map(oneLine));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
