import { lex, TemplateError, type Token } from './lex.js';
import { numberKind, unquote } from './literals.js';

export { TemplateError } from './lex.js';

/** A piece of a template. */
export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly pipeline: Pipeline }
  | { readonly kind: 'jump' }
  | { readonly kind: 'template'; readonly name: string; readonly pipeline: Pipeline | undefined }
  | {
      readonly kind: Control;
      readonly pipeline: Pipeline;
      readonly body: readonly Node[];
      readonly otherwise: readonly Node[];
    };

type Control = 'if' | 'with' | 'range';

/** Commands joined by `|`, optionally with `$x :=` or `$x =` in front. */
export interface Pipeline {
  readonly variables: readonly string[];
  /** Whether the variables are set with `=` rather than declared with `:=`. */
  readonly assigns: boolean;
  readonly commands: readonly (readonly Operand[])[];
}

/** An operand with the fields that follow it: `.a.b` is dot with `['a', 'b']`. */
export type Operand =
  | { readonly kind: 'dot'; readonly fields: readonly string[] }
  | { readonly kind: 'variable'; readonly name: string; readonly fields: readonly string[] }
  | { readonly kind: 'function'; readonly name: string; readonly fields: readonly string[] }
  | { readonly kind: 'parentheses'; readonly pipeline: Pipeline; readonly fields: readonly string[] }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'integer' | 'float' | 'complex' | 'bool' | 'nil'; readonly text: string };

/** A template, and those it defines with `define` and `block`. */
export interface Template {
  readonly nodes: readonly Node[];
  readonly definitions: ReadonlyMap<string, readonly Node[]>;
}

const keywords = 'block break continue define else end if range template with'.split(' ');

/**
 * Parses a template as text/template does (https://pkg.go.dev/text/template), except that it does not check
 * whether functions and variables exist.
 *
 * @throws TemplateError if text/template would refuse the template; the message names the action.
 */
export function parseTemplate(template: string): Template {
  return new Parser(lex(template)).parse();
}

class Parser {
  private at = 0;
  /** How many `range` surround the current node. */
  private ranges = 0;
  private readonly definitions = new Map<string, readonly Node[]>();

  constructor(private readonly tokens: readonly Token[]) {}

  parse(): Template {
    const { nodes, end } = this.list(true);
    if (end !== 'end of template') throw new TemplateError(`unexpected {{ ${end} }}`);
    return { nodes, definitions: this.definitions };
  }

  private get token(): Token {
    return this.tokens[this.at] ?? { kind: 'end of template', text: '' };
  }

  private next(): Token {
    const { token } = this;
    this.at += 1;
    return token;
  }

  private skipSpace(): Token {
    while (this.token.kind === 'space') this.at += 1;
    return this.token;
  }

  /** Consumes one of these words if it comes next. */
  private takes(...words: readonly string[]): string | undefined {
    const { kind, text } = this.skipSpace();
    if (kind !== 'word' || !words.includes(text)) return undefined;
    this.at += 1;
    return text;
  }

  private close(after: string): void {
    this.skipSpace();
    const { kind, text } = this.next();
    if (kind !== 'close') throw new TemplateError(`unexpected '${text}' after ${after}`);
  }

  /** Nodes up to the `end` or `else` that closes them. */
  private list(top = false): { nodes: Node[]; end: 'end' | 'else' | 'end of template' } {
    const nodes: Node[] = [];
    for (;;) {
      const { kind, text } = this.next();
      if (kind === 'end of template') return { nodes, end: kind };
      if (kind === 'text') {
        nodes.push({ kind, text });
        continue;
      }
      const word = this.takes(...keywords);
      if (word === 'end') {
        this.close(word);
        return { nodes, end: word };
      }
      if (word === 'else') return { nodes, end: word };
      if (word === 'define') {
        if (!top) throw new TemplateError('{{ define }} inside another block');
        const name = this.name('define');
        this.close(`define "${name}"`);
        this.definition('define', name);
      } else nodes.push(this.node(word));
    }
  }

  private node(word: string | undefined): Node {
    switch (word) {
      case undefined:
        return { kind: 'action', pipeline: this.pipeline('an action') };
      case 'break':
      case 'continue':
        this.close(word);
        if (this.ranges === 0) throw new TemplateError(`{{ ${word} }} outside {{ range }}`);
        return { kind: 'jump' };
      case 'template': {
        const name = this.name(word);
        if (this.skipSpace().kind !== 'close') {
          return { kind: 'template', name, pipeline: this.pipeline('template') };
        }
        this.close(word);
        return { kind: 'template', name, pipeline: undefined };
      }
      case 'block': {
        const name = this.name(word);
        const pipeline = this.pipeline(word);
        this.definition(word, name);
        return { kind: 'template', name, pipeline };
      }
      case 'if':
      case 'with':
      case 'range':
        return this.control(word);
      default:
        throw new TemplateError(`unexpected '${word}' at the start of an action`);
    }
  }

  /** The name after `template`, `define` or `block`. */
  private name(after: string): string {
    this.skipSpace();
    const { kind, text } = this.next();
    const name = kind === 'string' ? unquote(text) : undefined;
    if (name === undefined) throw new TemplateError(`{{ ${after} }} needs a name in quotes, not '${text}'`);
    return name;
  }

  private definition(word: string, name: string): void {
    const { ranges } = this;
    this.ranges = 0;
    const { nodes, end } = this.list();
    this.ranges = ranges;
    if (end === 'else') throw new TemplateError(`{{ ${word} }} has an {{ else }}`);
    if (end !== 'end') throw new TemplateError(`{{ ${word} }} has no {{ end }}`);
    const isEmpty = (list: readonly Node[]) =>
      list.every((node) => node.kind === 'text' && /^\s*$/.test(node.text));
    const there = this.definitions.get(name);
    if (!there || isEmpty(there)) this.definitions.set(name, nodes);
    else if (!isEmpty(nodes)) throw new TemplateError(`"${name}" is defined twice`);
  }

  private control(kind: Control): Node {
    const pipeline = this.pipeline(kind);
    if (kind === 'range') this.ranges += 1;
    const { nodes: body, end } = this.list();
    if (kind === 'range') this.ranges -= 1;
    if (end === 'end of template') throw new TemplateError(`{{ ${kind} }} has no {{ end }}`);
    return { kind, pipeline, body, otherwise: end === 'else' ? this.otherwise(kind) : [] };
  }

  /** What follows `else`: nodes up to `end`, or another `if` or `with` that shares the `end`. */
  private otherwise(kind: Control): Node[] {
    const word = this.takes('if', 'with');
    if (word === 'if' || word === 'with') {
      if (word !== kind) {
        throw new TemplateError(`{{ ${kind} }} has an {{ else ${word} }}, which only {{ ${word} }} can have`);
      }
      return [this.control(word)];
    }
    this.close('else');
    const { nodes, end } = this.list();
    if (end === 'end') return nodes;
    throw new TemplateError(`{{ ${kind} }} has ${end === 'else' ? 'a second {{ else }}' : 'no {{ end }}'}`);
  }

  /** Reads up to `}}`, or up to `)` for a pipeline in parentheses. */
  private pipeline(of: string): Pipeline {
    const { variables, assigns } = this.declarations(of);
    const commands: Operand[][] = [];
    for (;;) {
      const { kind, text } = this.skipSpace();
      if (of === '( )' ? text === ')' && kind === 'sign' : kind === 'close') {
        this.at += 1;
        if (commands.length === 0) throw new TemplateError(`${of} is empty`);
        return { variables, assigns, commands };
      }
      const command = this.command();
      const first = command[0]?.kind;
      const fields = command[0] && 'fields' in command[0] ? command[0].fields : undefined;
      if (commands.length > 0 && (fields === undefined || (first === 'dot' && fields.length === 0))) {
        throw new TemplateError('only a function can follow a |');
      }
      commands.push(command);
    }
  }

  /** `$x :=`, `$x =` or, for `range`, `$i, $x :=`. */
  private declarations(of: string): Pick<Pipeline, 'variables' | 'assigns'> {
    const variables: string[] = [];
    for (;;) {
      if (this.skipSpace().kind !== 'variable') return { variables, assigns: false };
      const start = this.at;
      const { text } = this.next();
      const sign = this.skipSpace();
      if (sign.kind !== 'sign' || !/^(?::?=|,)$/.test(sign.text)) {
        this.at = start;
        return { variables, assigns: false };
      }
      this.at += 1;
      variables.push(text);
      if (sign.text !== ',') return { variables, assigns: sign.text === '=' };
      if (of !== 'range' || variables.length > 1) {
        throw new TemplateError(`${of} declares too many variables`);
      }
      if (!/variable|close/.test(this.skipSpace().kind)) {
        throw new TemplateError('{{ range }} needs a variable after the ,');
      }
    }
  }

  /** Operands up to a `|`, which is consumed, or up to the end of the pipeline, which is not. */
  private command(): Operand[] {
    const operands: Operand[] = [];
    for (;;) {
      this.skipSpace();
      const operand = this.operand();
      if (operand) operands.push(operand);
      const { kind, text } = this.token;
      if (kind === 'space') continue;
      if (text === '|' && kind === 'sign') this.at += 1;
      else if (kind !== 'close' && !(text === ')' && kind === 'sign')) {
        const hint = text === '=' ? ': compare with eq, as in eq .a .b' : '';
        throw new TemplateError(`unexpected '${text}' in an action${hint}`);
      }
      if (operands.length === 0) throw new TemplateError('an action or one side of a | is empty');
      return operands;
    }
  }

  private operand(): Operand | undefined {
    const { kind, text } = this.token;
    switch (kind) {
      case 'field':
        this.at += 1;
        return { kind: 'dot', fields: [text.slice(1), ...this.fields()] };
      case 'variable':
        this.at += 1;
        return { kind, name: text, fields: this.fields() };
      case 'word':
        if (keywords.includes(text)) return undefined;
        this.at += 1;
        if (text === 'true' || text === 'false') return this.literal({ kind: 'bool', text });
        if (text === 'nil') return this.literal({ kind: 'nil', text });
        return { kind: 'function', name: text, fields: this.fields() };
      case 'string': {
        const value = unquote(text);
        if (value === undefined) throw new TemplateError(`${text} has a \\ escape that Go does not know`);
        this.at += 1;
        return this.literal({ kind, value });
      }
      case 'number': {
        const found = numberKind(text);
        if (found === undefined) throw new TemplateError(`${text} is not a Go number`);
        this.at += 1;
        return this.literal({ kind: found, text });
      }
      case 'sign':
        if (text === '.') {
          this.at += 1;
          return this.literal({ kind: 'dot', fields: [] });
        }
        if (text === '(') {
          this.at += 1;
          return { kind: 'parentheses', pipeline: this.pipeline('( )'), fields: this.fields() };
        }
    }
    return undefined;
  }

  private literal(operand: Operand): Operand {
    if (this.token.kind === 'field') throw new TemplateError(`unexpected '${this.token.text}' in an action`);
    return operand;
  }

  /** The fields that follow an operand directly. */
  private fields(): string[] {
    const fields: string[] = [];
    while (this.token.kind === 'field') fields.push(this.next().text.slice(1));
    return fields;
  }
}
