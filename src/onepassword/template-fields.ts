import { evaluate } from '../templates/evaluate.js';
import { parseTemplate } from '../templates/go-template.js';

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
  evaluate(parseTemplate(template), { say() {}, field: (name) => names.add(name), silent() {} });
  return [...names];
}
