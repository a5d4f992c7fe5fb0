import { type AppSecretProps, itemsOf, templateName } from '../constructs/app-secret.js';
import { templateFunctions } from '../templates/functions.js';
import {
  type Node,
  type Operand,
  type Pipeline,
  parseTemplate,
  TemplateError,
} from '../templates/go-template.js';
import type { Finding } from './finding.js';

/** Functions that want a map of anything, and fail on ESO's data, which is a map of strings. */
const mapFunctions = new Set(
  'dig get hasKey keys merge mergeOverwrite mustMerge mustMergeOverwrite omit pick pluck set unset values'.split(
    ' ',
  ),
);

type Say = (what: string, todo: string) => void;

/**
 * Templates that would fail on the real controller or, worse, write an empty value and say Ready.
 *
 * The rules are measured: a field is reached by a dot alone, because `index` gives an empty text where
 * there is no such field; every name is made of letters, digits and `_`, because that is what the rewrite
 * of the ExternalSecret makes of the labels.
 */
export function templateFindings(secret: AppSecretProps): Finding[] {
  const findings: Finding[] = [];
  const texts = (['template', 'labels', 'annotations'] as const).flatMap((field) =>
    Object.entries(secret[field] ?? {}).map(([key, text]) => ({ field: `${field}.${key}`, text })),
  );
  for (const { field, text } of texts) {
    const say: Say = (what, todo) => findings.push({ field, what, todo });
    try {
      checkNodes(parseTemplate(text), {
        say,
        prefixes: secret.items ? itemsOf(secret).map(({ prefix }) => prefix) : undefined,
        dotIsData: true,
        variables: new Set(['$']),
        guarded: new Set(),
      });
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      say(`is no Go template: ${error.message}`, 'correct it');
    }
  }
  return findings;
}

/** What holds at a place in a template. */
interface Scope {
  readonly say: Say;
  /** What each name must begin with, where there are several items. */
  readonly prefixes: readonly string[] | undefined;
  /** False inside `with` and `range`, where the dot is something else. */
  readonly dotIsData: boolean;
  readonly variables: Set<string>;
  /** Fields of which `{{ if index . "x" }} ... {{ else }}{{ fail }}` has made sure. */
  readonly guarded: ReadonlySet<string>;
}

function checkNodes(nodes: readonly Node[], scope: Scope): void {
  for (const node of nodes) {
    if (node.kind === 'text' || node.kind === 'template') continue;
    if (node.kind === 'action') {
      checkPipeline(node.pipeline, scope);
      continue;
    }
    if (node.kind === 'define' || node.kind === 'block') {
      checkNodes(node.body, { ...scope, dotIsData: false, variables: new Set(['$']) });
      continue;
    }
    const sure = node.otherwise.some(fails)
      ? new Set([...scope.guarded, ...indexed(node.pipeline, scope)])
      : scope.guarded;
    const inner = { ...scope, variables: new Set(scope.variables) };
    checkPipeline(node.pipeline, { ...inner, guarded: sure });
    checkNodes(node.body, { ...inner, guarded: sure, dotIsData: scope.dotIsData && node.kind === 'if' });
    checkNodes(node.otherwise, inner);
  }
}

/** Whether a node ends in an error of its own: `{{ fail "..." }}`. */
function fails(node: Node): boolean {
  return node.kind === 'action' && node.pipeline.commands.some(([first]) => isFunction(first, 'fail'));
}

function isFunction(operand: Operand | undefined, name: string): boolean {
  return operand?.kind === 'function' && operand.name === name;
}

function isData(operand: Operand | undefined, scope: Scope): boolean {
  if (operand?.kind === 'dot') return operand.fields.length === 0 && scope.dotIsData;
  return operand?.kind === 'variable' && operand.name === '$' && operand.fields.length === 0;
}

/** The fields that `index . "x"` looks up. */
function indexed({ commands }: Pipeline, scope: Scope): string[] {
  return commands.flatMap(([first, map, key]) =>
    isFunction(first, 'index') && isData(map, scope) && key?.kind === 'string' ? [key.value] : [],
  );
}

function checkPipeline(pipeline: Pipeline, scope: Scope): void {
  for (const command of pipeline.commands) {
    checkCommand(command, scope);
    for (const operand of command) checkOperand(operand, scope);
  }
  for (const name of pipeline.declares) scope.variables.add(name);
}

function checkCommand(command: readonly Operand[], scope: Scope): void {
  const [first, ...operands] = command;
  if (first?.kind !== 'function') return;
  const { say } = scope;
  if (first.name === 'index') {
    const [map, key] = operands;
    if (key?.kind !== 'string' && !isData(map, scope)) return;
    if (isData(map, scope) && key?.kind === 'string' && scope.guarded.has(key.value)) return;
    const name = key?.kind === 'string' ? templateName(key.value) : 'name';
    say(
      'uses index, which gives an empty text where there is no such field, and ESO calls that Ready',
      isData(map, scope) ? `write .${name}` : `write (...).${name}`,
    );
  }
  if (mapFunctions.has(first.name) && operands.some((operand) => isData(operand, scope))) {
    say(`uses ${first.name} on the fields, which fails: they are a map of strings`, 'write .name');
  }
}

function checkOperand(operand: Operand, scope: Scope): void {
  const { say } = scope;
  switch (operand.kind) {
    case 'function':
      if (!templateFunctions.has(operand.name)) {
        say(
          `uses ${operand.name}, which is no function of ESO's template engine`,
          'a field is .name, and a space or another character in its label is a _',
        );
      }
      return;
    case 'variable':
      if (!scope.variables.has(operand.name))
        say(`uses ${operand.name}, which is not declared`, 'declare it with :=');
      if (operand.name === '$') checkFields(operand.fields, scope);
      return;
    case 'dot':
      if (scope.dotIsData) checkFields(operand.fields, scope);
      return;
    case 'parentheses':
      checkPipeline(operand.pipeline, scope);
      return;
  }
}

function checkFields(fields: readonly string[], { say, prefixes }: Scope): void {
  const [name, ...deeper] = fields;
  if (name === undefined) return;
  if (deeper.length > 0) {
    say(
      `.${fields.join('.')} looks into a field, which is a text`,
      `a dot in a label is written .${fields.join('_')}`,
    );
  }
  if (templateName(name) !== name) {
    say(`.${name} is never there: letters other than A-Z become _`, `write .${templateName(name)}`);
  }
  if (prefixes && !prefixes.some((prefix) => name.startsWith(prefix))) {
    say(`.${name} begins with the alias of no item`, `write .${prefixes[0]}${name}, or another alias`);
  }
}
