/**
 * Reads Go templates as text/template does (https://pkg.go.dev/text/template), as far as is needed to say
 * what would fail in the cluster. It parses; it does not execute.
 */

/** A piece of a template. */
export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly pipeline: Pipeline }
  | {
      readonly kind: 'if' | 'with' | 'range' | 'define' | 'block' | 'template';
      readonly pipeline: Pipeline;
      readonly body: readonly Node[];
      readonly otherwise: readonly Node[];
    };

/** Commands joined by `|`. */
export interface Pipeline {
  readonly declares: readonly string[];
  readonly commands: readonly (readonly Operand[])[];
}

/** An operand, with the fields that follow it: `.a.b` is dot with `['a', 'b']`. */
export type Operand =
  | { readonly kind: 'dot'; readonly fields: readonly string[] }
  | { readonly kind: 'variable'; readonly name: string; readonly fields: readonly string[] }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'parentheses'; readonly pipeline: Pipeline; readonly fields: readonly string[] };

/** Where text/template would refuse to parse. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

interface Token {
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
    | 'sign';
  readonly text: string;
}

// In the order in which they are tried. A letter is any Unicode letter, as in Go.
const tokens: readonly (readonly [Token['kind'] | 'bad', RegExp])[] = [
  ['space', /(?:\s(?!-\}\}))+/y],
  ['string', /"(?:[^"\\\n]|\\.)*"|`[^`]*`/y],
  ['number', /'(?:[^'\\\n]|\\.)+'|[+-]?(?:0[xXbBoO][\w.]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?i?)/y],
  ['field', /\.[\p{L}_][\p{L}\p{Nd}_]*/uy],
  ['variable', /\$[\p{L}\p{Nd}_]*/uy],
  ['word', /[\p{L}_][\p{L}\p{Nd}_]*/uy],
  ['sign', /:=|[.=|(),]/y],
  ['bad', /["'`]/y],
];

function tokenize(text: string): Token[] {
  const list: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('{{', at);
    if (open < 0) {
      list.push({ kind: 'text', text: text.slice(at) });
      break;
    }
    if (open > at) list.push({ kind: 'text', text: text.slice(at, open) });
    at = open + 2;
    if (/^-\s/.test(text.slice(at, at + 2))) at += 1;
    const comment = /\s*\/\*[\s\S]*?\*\/\s*-?\}\}/y;
    comment.lastIndex = at;
    if (comment.test(text)) {
      at = comment.lastIndex;
      continue;
    }
    list.push({ kind: 'open', text: '{{' });
    at = tokenizeAction(text, at, list);
    list.push({ kind: 'close', text: '}}' });
  }
  return list;
}

/** Reads up to the end of an action; returns where it ends. */
function tokenizeAction(text: string, start: number, list: Token[]): number {
  let at = start;
  for (;;) {
    const end = /(?:\s-)?\}\}/y;
    end.lastIndex = at;
    if (end.test(text)) return end.lastIndex;
    if (at >= text.length) throw new TemplateError('an action {{ is not closed with }}');
    const found = tokens.find(([, pattern]) => {
      pattern.lastIndex = at;
      return pattern.test(text);
    });
    const rest = text.slice(start).split('}}')[0]?.trim() ?? '';
    if (!found) throw new TemplateError(`unexpected '${text[at]}' in {{ ${rest} }}`);
    const [kind, { lastIndex }] = found;
    if (kind === 'bad') throw new TemplateError(`a quote is not closed in {{ ${rest} }}`);
    const piece = text.slice(at, lastIndex);
    const next = text[lastIndex] ?? '';
    if (/field|variable|word|number/.test(kind) && next !== '' && !/[\s.|(),:=}]/.test(next)) {
      const hint =
        kind === 'field' ? ': in a name, write _ for every character but letters, digits and _' : '';
      throw new TemplateError(`unexpected '${next}' after ${piece} in {{ ${rest} }}${hint}`);
    }
    list.push({ kind, text: piece });
    at = lastIndex;
  }
}

/**
 * Parses a template.
 *
 * @param text The template.
 * @returns Its nodes.
 * @throws TemplateError where text/template would refuse it: what is wrong, with the action.
 */
export function parseTemplate(text: string): Node[] {
  return new Parser(tokenize(text)).parse();
}

const blockWords = new Set(['if', 'with', 'range', 'define', 'block']);

class Parser {
  private at = 0;

  constructor(private readonly list: readonly Token[]) {}

  parse(): Node[] {
    const { nodes, end } = this.nodes();
    if (end) throw new TemplateError(`unexpected {{ ${end} }}`);
    return nodes;
  }

  private next(): Token | undefined {
    return this.list[this.at++];
  }

  private skipSpace(): void {
    while (this.list[this.at]?.kind === 'space') this.at += 1;
  }

  private peek(): Token | undefined {
    return this.list[this.at];
  }

  /** Nodes up to the `end` or `else` that closes them. */
  private nodes(): { nodes: Node[]; end?: 'end' | 'else' } {
    const nodes: Node[] = [];
    for (;;) {
      const token = this.next();
      if (!token) return { nodes };
      if (token.kind === 'text') {
        nodes.push({ kind: 'text', text: token.text });
        continue;
      }
      this.skipSpace();
      const word = this.peek()?.kind === 'word' ? (this.peek()?.text ?? '') : '';
      if (word === 'end') {
        this.at += 1;
        this.close('end');
        return { nodes, end: 'end' };
      }
      if (word === 'else') {
        this.at += 1;
        return { nodes, end: 'else' };
      }
      if (blockWords.has(word)) nodes.push(this.block(word as 'if'));
      else if (word === 'break' || word === 'continue') {
        this.at += 1;
        this.close(word);
      } else if (word === 'template') {
        this.at += 1;
        nodes.push({ kind: 'template', pipeline: this.pipeline('close'), body: [], otherwise: [] });
      } else nodes.push({ kind: 'action', pipeline: this.pipeline('close') });
    }
  }

  private close(after: string): void {
    this.skipSpace();
    const token = this.next();
    if (token?.kind !== 'close') throw new TemplateError(`unexpected '${token?.text}' after ${after}`);
  }

  private block(kind: 'if' | 'with' | 'range' | 'define' | 'block'): Node {
    this.at += 1;
    const pipeline = this.pipeline('close');
    const { nodes: body, end } = this.nodes();
    if (!end) throw new TemplateError(`{{ ${kind} }} has no {{ end }}`);
    return { kind, pipeline, body, otherwise: end === 'else' ? this.otherwise(kind) : [] };
  }

  /** What follows `else`: nodes up to `end`, or one more `if` or `with` that shares it. */
  private otherwise(kind: string): Node[] {
    this.skipSpace();
    const token = this.peek();
    if (token?.kind === 'word' && (token.text === 'if' || token.text === 'with'))
      return [this.block(token.text)];
    this.close('else');
    const { nodes, end } = this.nodes();
    if (end !== 'end')
      throw new TemplateError(`{{ ${kind} }} has ${end ? 'a second {{ else }}' : 'no {{ end }}'}`);
    return nodes;
  }

  private pipeline(until: 'close' | ')'): Pipeline {
    const declares = this.declarations();
    const commands: Operand[][] = [[]];
    for (;;) {
      const token = this.next();
      if (!token || (token.kind === 'close' && until === ')')) throw new TemplateError('a ( is not closed');
      if (token.kind === 'space') continue;
      const ends = token.kind === 'close' || (token.text === ')' && until === ')');
      if (ends || token.text === '|') {
        if (commands.at(-1)?.length === 0) throw new TemplateError('an action or a pipe has nothing in it');
        if (ends) return { declares, commands };
        commands.push([]);
        continue;
      }
      commands.at(-1)?.push(this.operand(token));
      const next = this.peek();
      if (next && next.kind !== 'space' && next.kind !== 'close' && next.text !== '|' && next.text !== ')') {
        throw new TemplateError(`unexpected '${next.text}' after ${token.text}`);
      }
    }
  }

  /** `$x :=`, `$x =` or `$i, $x :=` at the start of a pipeline. */
  private declarations(): string[] {
    const start = this.at;
    const names: string[] = [];
    for (;;) {
      this.skipSpace();
      const variable = this.next();
      if (variable?.kind !== 'variable') break;
      names.push(variable.text);
      this.skipSpace();
      const sign = this.next()?.text;
      if (sign === ':=') return names;
      if (sign === '=') return [];
      if (sign !== ',') break;
    }
    this.at = start;
    return [];
  }

  private operand(token: Token): Operand {
    switch (token.kind) {
      case 'field':
        return { kind: 'dot', fields: [token.text.slice(1), ...this.fields()] };
      case 'variable':
        return { kind: 'variable', name: token.text, fields: this.fields() };
      case 'word':
        return /^(true|false|nil)$/.test(token.text)
          ? { kind: 'literal', text: token.text }
          : { kind: 'function', name: token.text };
      case 'string':
        return { kind: 'string', value: token.text.slice(1, -1) };
      case 'number':
        return { kind: 'literal', text: token.text };
      default:
        if (token.text === '.') return { kind: 'dot', fields: [] };
        if (token.text === '(') {
          return { kind: 'parentheses', pipeline: this.pipeline(')'), fields: this.fields() };
        }
        throw new TemplateError(`unexpected '${token.text}'`);
    }
  }

  /** The fields that follow an operand without a space. */
  private fields(): string[] {
    const fields: string[] = [];
    while (this.peek()?.kind === 'field') fields.push(this.next()?.text.slice(1) ?? '');
    return fields;
  }
}
