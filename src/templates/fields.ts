import { evaluate } from './evaluate.js';
import { parseTemplate, TemplateError } from './go-template.js';

/** What templates read of their data. */
export interface ReadFields {
  /** Names that they ask for: `password` of `{{ .password }}`, `{{ $.password }}`, `{{ index . "password" }}`. */
  readonly names: ReadonlySet<string>;
  /** Whether they read all there is, whatever it is called, as `{{ toJson . }}` does and `{{ range . }}`. */
  readonly everything: boolean;
}

/**
 * What templates read of their data, as text/template would: where the dot is something else, a field of it
 * does not count.
 *
 * @param texts The templates; one that text/template would refuse reads nothing, and is the guard's to tell.
 * @returns The names in the order of their first use.
 */
export function readFields(texts: readonly string[]): ReadFields {
  const names = new Set<string>();
  let everything = false;
  for (const text of texts) {
    try {
      evaluate(parseTemplate(text), {
        say() {},
        field: (name) => names.add(name),
        everything() {
          everything = true;
        },
        silent() {},
      });
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
    }
  }
  return { names, everything };
}
