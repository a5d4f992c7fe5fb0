import { type Node, type Operand, type Pipeline, parseTemplate } from '../templates/go-template.js';

/**
 * The names that a Go template reads from its data: `grafana_password` of `{{ .grafana_password | b64enc }}`,
 * of `{{ $.grafana_password }}` and of `{{ index . "grafana_password" }}`. Inside `with` and `range` the dot
 * is something else, so only `$` counts there.
 *
 * @param template A template that the guards have let pass.
 * @returns Each name once, in the order of their first use.
 * @throws TemplateError for one that text/template would refuse.
 */
export function templateFields(template: string): string[] {
  const names = new Set<string>();
  readNodes(parseTemplate(template), true, names);
  return [...names];
}

function readNodes(nodes: readonly Node[], dotIsData: boolean, names: Set<string>): void {
  for (const node of nodes) {
    if (node.kind === 'text') continue;
    readPipeline(node.pipeline, dotIsData, names);
    if (node.kind === 'action') continue;
    readNodes(node.body, dotIsData && node.kind === 'if', names);
    readNodes(node.otherwise, dotIsData, names);
  }
}

function readPipeline({ commands }: Pipeline, dotIsData: boolean, names: Set<string>): void {
  const isData = (operand: Operand | undefined) =>
    (operand?.kind === 'dot' && dotIsData) || (operand?.kind === 'variable' && operand.name === '$');
  for (const command of commands) {
    const [first, map, key] = command;
    if (first?.kind === 'function' && first.name === 'index' && isData(map) && key?.kind === 'string') {
      names.add(key.value);
    }
    for (const operand of command) {
      if (operand.kind === 'parentheses') readPipeline(operand.pipeline, dotIsData, names);
      else if ('fields' in operand && isData(operand) && operand.fields[0] !== undefined) {
        names.add(operand.fields[0]);
      }
    }
  }
}
