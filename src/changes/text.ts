import { styleText } from 'node:util';
import { diffLines } from 'diff';
import { problemLine } from '../errors.js';
import { groupBy } from '../group-by.js';
import { commentMark } from './comment-mark.js';
import type { Changes, Detail, Fate, ObjectChange } from './describe.js';

const signs: Readonly<Record<Fate, string>> = {
  made: '+',
  updated: '~',
  deleted: '-',
  'made anew': '!',
  'handed over': '>',
  'let go': '<',
};

/** Fates in text, in the words of kubectl and Flux; JSON has the names in the code. */
const words: Readonly<Record<Fate, string>> = {
  made: 'created',
  updated: 'updated',
  deleted: 'deleted',
  'made anew': 'recreated',
  'handed over': 'handed over',
  'let go': 'orphaned',
};

type Paint = (style: 'green' | 'red' | 'yellow' | 'bold', text: string) => string;

const plain: Paint = (_style, text) => text;
const coloured: Paint = (style, text) => styleText(style, text);

/** The summary: `2 Secrets: 1 created (media/radarr), 1 deleted (media/sonarr)`. */
export function summaryLine({ objects }: Changes): string {
  const secrets = objects.filter(({ kind }) => kind === 'Secret');
  const others = objects.length - secrets.length;
  const fates = groupBy(secrets, ({ fate }) => words[fate]);
  const counts = [...fates].map(([fate, list]) => `${list.length} ${fate} (${some(list.map(fullName))})`);
  const rest = others === 0 ? '' : `${others} other ${others === 1 ? 'object' : 'objects'}`;
  if (secrets.length === 0) return rest === '' ? 'no changes' : rest;
  const head = `${secrets.length} ${secrets.length === 1 ? 'Secret' : 'Secrets'}: ${counts.join(', ')}`;
  return rest === '' ? head : `${head}; ${rest}`;
}

function some(names: readonly string[]): string {
  return names.length > 5 ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more` : names.join(', ');
}

function fullName({ namespace, name }: ObjectChange): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}

/** Formats the changes for a terminal. */
export function changesText(changes: Changes, colour: boolean): string {
  const paint = colour ? coloured : plain;
  const units = groupBy(changes.objects, ({ unit }) => unit);
  const lines = [...units].flatMap(([unit, objects]) => [
    paint('bold', unit),
    ...objects.flatMap((object) => [
      `  ${painted(object, paint)}`,
      ...object.details.flatMap((detail) =>
        detailLines(detail).map((line) => `      ${paintLine(line, paint)}`),
      ),
    ]),
  ]);
  const warnings = changes.warnings.map((warning) => paint('yellow', `danger: ${problemLine(warning)}`));
  return [...lines, ...warnings, summaryLine(changes)].join('\n');
}

function painted(object: ObjectChange, paint: Paint): string {
  const line = `${signs[object.fate]} ${object.kind} ${fullName(object)}: ${words[object.fate]}`;
  const style = {
    made: 'green',
    deleted: 'red',
    'made anew': 'red',
    updated: 'yellow',
    'handed over': 'yellow',
    'let go': 'yellow',
  } as const;
  return paint(style[object.fate], line);
}

function paintLine(line: string, paint: Paint): string {
  if (line.startsWith('+')) return paint('green', line);
  return line.startsWith('-') ? paint('red', line) : line;
}

/** One line, or a line diff of multi-line values. */
function detailLines({ what, before, after, danger }: Detail): string[] {
  const warning = danger === undefined ? '' : ` (${danger})`;
  if (before !== undefined && after !== undefined && `${before}${after}`.includes('\n')) {
    return [`~ ${what}${warning}`, ...textDiff(before, after).map((line) => `  ${line}`)];
  }
  if (before === undefined) return [`+ ${what}: ${after}${warning}`];
  if (after === undefined) return [`- ${what}: ${before}${warning}`];
  return [before === after ? `~ ${what}: ${after}${warning}` : `~ ${what}: ${before} -> ${after}${warning}`];
}

/** Removed and added lines. */
function textDiff(before: string, after: string): string[] {
  return diffLines(before, after).flatMap(({ value, added, removed }) => {
    if (!added && !removed) return [];
    const lines = value.replace(/\n$/, '').split('\n');
    return lines.map((line) => `${added ? '+' : '-'} ${line}`);
  });
}

/** GitHub allows 65,536 characters in a comment. */
const mostCharacters = 60_000;

/**
 * Formats the changes for a pull request comment.
 *
 * @param graph A Mermaid flowchart of the units that change. @default - none
 */
export function changesMarkdown(changes: Changes, graph?: string): string {
  const dangers = changes.warnings.map((warning) => `> [!WARNING]\n> ${escaped(problemLine(warning))}\n`);
  const rows = changes.objects.map(
    (object) =>
      `| ${object.unit} | ${object.kind} \`${fullName(object)}\` | ${object.fate === 'updated' ? words[object.fate] : `**${words[object.fate]}**`} | ${object.details.map(cell).join('<br>')} |`,
  );
  const table = ['| unit | object | in the cluster | details |', '|---|---|---|---|', ...rows];
  const [first = '', ...more] = [
    commentMark,
    `### cluster-secrets: ${escaped(summaryLine(changes))}`,
    ...dangers,
    ...(rows.length === 0 ? [] : [table.join('\n')]),
    ...(graph === undefined
      ? []
      : [`<details><summary>Units</summary>\n\n\`\`\`mermaid\n${graph}\n\`\`\`\n\n</details>`]),
  ];
  const whole = [first, more.join('\n\n')].join('\n');
  if (whole.length <= mostCharacters) return whole;
  const [head = ''] = more;
  return [
    first,
    [head, ...dangers, 'Too long for a comment: run `cluster-secrets diff` to see all of it.'].join('\n\n'),
  ]
    .join('\n')
    .slice(0, mostCharacters);
}

function cell(detail: Detail): string {
  return detailLines(detail)
    .map((line) => `\`${line.replaceAll('`', "'").replaceAll('|', '\\|')}\``)
    .join('<br>');
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
