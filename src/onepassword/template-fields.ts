/**
 * The names that a Go template reads from its data: `grafana_password` of `{{ .grafana_password | b64enc }}`
 * and of `{{ $.grafana_password }}`. Inside `with`, `range`, `define` and `block` the dot is something else,
 * so only `$.` counts there.
 *
 * @param template A template of an app secret. One with a mistake in it gives what can be read of it.
 * @returns Each name once, in the order of their first use.
 */
export function templateFields(template: string): string[] {
  const names = new Set<string>();
  /** For each open block, whether the dot is still the data behind it. */
  const blocks: { readonly outer: boolean; readonly rebinds: boolean }[] = [];
  let dotIsData = true;
  for (const [, action = ''] of template.matchAll(/\{\{-?((?:"(?:\\.|[^"\\])*"|`[^`]*`|[^"`])*?)-?\}\}/gs)) {
    if (/^\s*\/\*/.test(action)) continue;
    // A text in quotes can hold what looks like a field.
    const code = action.replace(/"(?:\\.|[^"\\])*"|`[^`]*`|'(?:\\.|[^'\\])+'/gs, '""');
    const [word] = /^\s*\w+/.exec(code)?.map((one) => one.trim()) ?? [];
    if (word === 'end') dotIsData = blocks.pop()?.outer ?? true;
    if (word === 'else') dotIsData = blocks.at(-1)?.outer ?? dotIsData;
    for (const [, dollar, name = ''] of code.matchAll(/(?<![\w.)\]"])(\$?)\.([\p{L}_][\p{L}\p{N}_]*)/gu)) {
      if (dotIsData || dollar === '$') names.add(name);
    }
    if (word !== undefined && /^(if|with|range|define|block)$/.test(word)) {
      const rebinds = word !== 'if';
      blocks.push({ outer: dotIsData, rebinds });
      if (rebinds) dotIsData = false;
    }
  }
  return [...names];
}
