/** A template that text/template would refuse to parse. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

/** A piece of a template. Comments are left out. */
export interface Token {
  readonly kind:
    | 'text'
    | 'open'
    | 'close'
    | 'space'
    | 'field'
    | 'variable'
    | 'word'
    | 'string'
    | 'number'
    | 'sign'
    | 'end of template';
  readonly text: string;
}

const number =
  /[+-]?(?:0[xX][\da-fA-F_]*(?:\.[\da-fA-F_]*)?(?:[pP][+-]?[\d_]*)?|0[oO][0-7_]*|0[bB][01_]*|[\d_]*(?:\.[\d_]*)?(?:[eE][+-]?[\d_]*)?)i?/
    .source;

// In matching order. As in Go, a letter is any Unicode letter, and a space is one of four characters.
const tokens: readonly (readonly [Token['kind'] | 'bad', RegExp])[] = [
  ['space', /(?:[ \t\r\n](?!-\}\}))+/y],
  ['string', /"(?:[^"\\\n]|\\[^\n])*"|`[^`]*`/y],
  ['number', new RegExp(`'(?:[^'\\\\\\n]|\\\\[^\\n])*'|(?=[+-]|\\.?\\d)${number}`, 'y')],
  ['field', /\.[\p{L}\p{Nd}_]+/uy],
  ['variable', /\$[\p{L}\p{Nd}_]*/uy],
  ['word', /[\p{L}\p{Nd}_]+/uy],
  ['sign', /:=|[^\P{ASCII}\p{Cc}"'`:\d]/uy],
  ['bad', /["'`]/y],
];

/**
 * Splits a template into tokens as text/template does.
 *
 * @throws TemplateError if text/template would refuse it.
 */
export function lex(template: string): Token[] {
  const list: Token[] = [];
  let at = 0;
  for (;;) {
    const open = template.indexOf('{{', at);
    const text = template.slice(at, open < 0 ? undefined : open);
    if (text !== '') list.push({ kind: 'text', text });
    if (open < 0) return [...list, { kind: 'end of template', text: '' }];
    at = open + 2;
    if (/^-[ \t\r\n]/.test(template.slice(at, at + 2))) at += 2;
    if (template.startsWith('/*', at)) {
      at = endOfComment(template, at + 2);
      continue;
    }
    list.push({ kind: 'open', text: '{{' });
    at = lexAction(template, at, list);
    list.push({ kind: 'close', text: '}}' });
  }
}

function endOfComment(template: string, start: number): number {
  const end = template.indexOf('*/', start);
  if (end < 0) throw new TemplateError('unclosed comment: /* without */');
  const close = /(?:[ \t\r\n]-)?\}\}/y;
  close.lastIndex = end + 2;
  if (!close.test(template)) throw new TemplateError('a comment must fill its action: {{/* ... */}}');
  return close.lastIndex;
}

/** Reads an action, and returns where it ends. */
function lexAction(template: string, start: number, list: Token[]): number {
  let at = start;
  let depth = 0;
  for (;;) {
    const end = /(?:[ \t\r\n]-)?\}\}/y;
    end.lastIndex = at;
    const whole = () => `{{ ${template.slice(start).split('}}', 1)[0]?.trim()} }}`;
    if (end.test(template)) {
      if (depth > 0) throw new TemplateError(`unclosed ( in ${whole()}`);
      return end.lastIndex;
    }
    if (at >= template.length) throw new TemplateError('unclosed action: {{ without }}');
    const found = tokens.find(([, pattern]) => {
      pattern.lastIndex = at;
      return pattern.test(template);
    });
    if (template.startsWith('/*', at)) {
      throw new TemplateError(`a comment must touch its braces, {{/* ... */}}, unlike ${whole()}`);
    }
    if (!found) throw new TemplateError(`unexpected '${template[at]}' in ${whole()}`);
    const [kind, { lastIndex }] = found;
    if (kind === 'bad') throw new TemplateError(`unclosed quote in ${whole()}`);
    const text = template.slice(at, lastIndex);
    if (!endsWell(kind, template.slice(lastIndex, lastIndex + 2))) {
      const hint = kind === 'field' ? ': in a name, write _ for anything but letters and digits' : '';
      throw new TemplateError(`unexpected '${template[lastIndex]}' after ${text} in ${whole()}${hint}`);
    }
    if (text === '(') depth += 1;
    if (text === ')') depth -= 1;
    if (depth < 0) throw new TemplateError(`unexpected ) in ${whole()}`);
    list.push({ kind, text });
    at = lastIndex;
  }
}

/** Whether what follows a name or a number ends it. */
function endsWell(kind: Token['kind'], next: string): boolean {
  if (kind === 'number') return !/^[\p{L}\p{Nd}_+-]/u.test(next);
  return !/field|variable|word/.test(kind) || /^(?:$|[ \t\r\n.,|:()]|\}\})/.test(next);
}
