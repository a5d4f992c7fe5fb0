import { behaviours } from './behaviour.js';
import { type Signature, type Type, templateFunctions, types } from './functions.js';
import type { Node, Operand, Pipeline, Template } from './go-template.js';
import { valueOfNumber } from './literals.js';
import { commonType, neverWorks, unreadable } from './never-works.js';
import { printfFault } from './printf.js';
import {
  elements,
  fieldsId,
  isOf,
  type LookUp,
  lists,
  lookUpId,
  make,
  none,
  plain,
  type Value,
} from './typed-value.js';

/** Receives what a template does. */
export interface Observer {
  /** It fails. */
  say(what: string, todo: string): void;
  /** It reads a field, by `.name` or `index . "name"`; `always` is true outside of all branches. */
  field(name: string, by: 'dot' | 'index', always: boolean): void;
  /** It reads all fields at once: prints them, ranges over them, or passes them to a function. */
  everything(): void;
  /** It would write nothing if a key is missing, or nothing useful for some values. */
  silent(lookUp: LookUp): void;
  /** It handles an empty field itself: it tests for it, or provides a default. */
  answers?(name: string): void;
}

interface Variable {
  readonly name: string;
  readonly depth: number;
  value: Value;
}

/** What is known at one point in a template. */
interface Scope {
  readonly dot: Value;
  readonly variables: Variable[];
  /** Look-ups known to find their key here. */
  readonly present: Set<string>;
  readonly depth: number;
}

/** Functions that return one of their arguments. */
const choosers = new Set('and or coalesce default ternary'.split(' '));
/** Functions whose result is empty if their last argument is. */
const keepers = new Set(
  'b64dec b64enc first fromJson last lower nospace title trim trimAll trimPrefix trimSuffix trunc upper'.split(
    ' ',
  ),
);
/** Functions that test their arguments: their result depends neither on order nor on an empty match. */
const predicates = new Set(
  `all any contains deepEqual empty eq ge gt has hasKey hasPrefix hasSuffix kindIs kindOf le len lt mustHas
   mustRegexMatch ne not regexMatch semverCompare typeIs typeIsLike typeOf`.split(/\s+/),
);
/** Functions that return a list or map no longer than their first, or last, argument. */
const shrinking = new Set(
  `compact deepCopy initial keys mustCompact mustDeepCopy mustInitial mustRest mustReverse mustUniq mustWithout
   omit rest reverse set sortAlpha toStrings uniq unset values without`.split(/\s+/),
);
/** Those of them that keep the length. */
const lengthKeepers = new Set('deepCopy keys mustDeepCopy mustReverse reverse values'.split(' '));
/** Functions that return a list or map with the same element type as their argument. */
const holders = new Set(
  `compact initial mustCompact mustInitial mustRest mustReverse mustSlice mustUniq mustWithout omit pick rest
   reverse slice uniq unset values without`.split(/\s+/),
);
const passwordTypes = new Set('maximum long medium short basic pin'.split(' '));
/** Keys of the map that `urlParse` returns. */
const urlKeys = 'scheme host hostname path query opaque fragment userinfo'.split(' ');

/**
 * Runs a template as text/template would on ESO's data, a map of strings, but on types instead of values.
 * It takes every branch.
 */
export function evaluate(template: Template, observer: Observer): void {
  new Evaluator(template, observer).run();
}

class Evaluator {
  /** Calls of defined templates already evaluated: name, type and id of the dot, present look-ups. */
  private readonly called = new Set<string>();
  /** Names of the templates on the call stack. */
  private readonly within: string[] = [];
  /** Look-ups whose key exists by construction of the map. */
  private readonly known = new Set<string>();
  private count = 0;
  private reported = 0;

  constructor(
    private readonly template: Template,
    private readonly observer: Observer,
  ) {}

  run(): void {
    const { nodes } = this.template;
    this.list(nodes, this.scope(make('d', fieldsId)));
    if (alwaysFails(nodes)) this.say('calls fail on every run', 'put it inside an if');
    for (const [name, nodes] of this.template.definitions) {
      if (![...this.called].some((call) => call.startsWith(`${name}\n`)))
        this.list(nodes, this.scope(this.unknown()));
    }
  }

  private scope(dot: Value): Scope {
    return { dot, variables: [{ name: '$', depth: 0, value: dot }], present: new Set(), depth: 0 };
  }

  private say(what: string, todo: string): void {
    this.reported += 1;
    this.observer.say(what, todo);
  }

  private unknown(): Value {
    this.count += 1;
    return make('a', `unknown ${this.count}`);
  }

  private list(nodes: readonly Node[], scope: Scope): void {
    for (const node of nodes) {
      switch (node.kind) {
        case 'action': {
          const { reported } = this;
          const value = this.pipeline(node.pipeline, scope);
          if (node.pipeline.variables.length === 0) {
            if (value.type === 'd') this.observer.everything();
            for (const lookUp of unsure(value, scope).values()) this.observer.silent(lookUp);
            if (value.type === 'x' && this.reported === reported)
              this.say('writes nil, which prints <no value>', 'write a value');
          }
          break;
        }
        case 'template':
          this.call(node.name, node.pipeline ? this.pipeline(node.pipeline, scope) : make('x', 'nil'), scope);
          break;
        case 'if':
        case 'with':
        case 'range':
          this.control(node, scope);
      }
    }
  }

  private call(name: string, dot: Value, { present }: Scope): void {
    const nodes = this.template.definitions.get(name);
    if (!nodes) {
      this.say(`calls the template "${name}", which is not defined`, 'define it');
      return;
    }
    const call = [name, dot.type, dot.id, ...[...present].sort()].join('\n');
    // It may call itself with a different dot each time.
    if (this.called.has(call) || this.within.filter((one) => one === name).length > 2) return;
    this.called.add(call);
    this.within.push(name);
    this.list(nodes, { ...this.scope(dot), present: new Set(present) });
    this.within.pop();
  }

  private control(node: Extract<Node, { kind: 'if' | 'with' | 'range' }>, scope: Scope): void {
    const { kind, pipeline, body, otherwise } = node;
    const inner = (present: readonly string[]): Scope => ({
      ...scope,
      variables: [...around.variables],
      present: new Set([...scope.present, ...present]),
      depth: scope.depth + 1,
    });
    const around = { ...scope, variables: [...scope.variables], depth: scope.depth + 1 };
    const value = this.pipeline(pipeline, around, kind === 'range');
    const { whenTrue, whenFalse } = value;
    if (kind !== 'range') this.answers([value]);
    for (const [id, lookUp] of unsure(value, scope)) {
      if (lookUp.kind === 'nothing' || lookUp.kind === 'order') {
        if (kind === 'range' && lookUp.kind === 'order') this.observer.silent(lookUp);
        continue;
      }
      if (kind === 'range' && lookUp.by === 'fromYaml') {
        this.observer.silent(lookUp);
        continue;
      }
      const without = whenFalse.includes(id) ? body : otherwise;
      if (!alwaysFails(without) && (lookUp.ofFields || !writes(without))) this.observer.silent(lookUp);
    }
    const inBody = inner(whenTrue);
    if (kind === 'range') this.list(body, { ...inBody, dot: this.element(value, pipeline, inBody) });
    else this.list(body, kind === 'with' ? { ...inBody, dot: value } : inBody);
    this.list(otherwise, inner(whenFalse));
    if (alwaysFails(body)) for (const id of whenFalse) scope.present.add(id);
    if (alwaysFails(otherwise)) for (const id of whenTrue) scope.present.add(id);
  }

  /** Reports the fields behind some values as handled by the template if they are empty. */
  private answers(values: readonly Value[]): void {
    for (const { id } of values)
      for (const [, name] of id.matchAll(/fields\["(\w+)"\]/g)) this.observer.answers?.(name ?? '');
  }

  /** Binds the variables of a `range`, and returns the dot inside it. */
  private element(
    { type, id, keysOf, element: of }: Value,
    { variables, assigns }: Pipeline,
    scope: Scope,
  ): Value {
    if (type === 'd') this.observer.everything();
    if (plain.has(type) && (!/[iI]/.test(type) || variables.length > 1)) {
      this.say(
        `ranges over ${types[type]}${/[iI]/.test(type) ? ' with two variables' : ''}, which fails`,
        type === 's' ? 'make it a list, as in splitList "," .name' : 'correct it',
      );
    }
    const element = make(of ?? elements[type] ?? 'a', `${id}[${this.unknown().id}]`, { keysOf });
    const isMap = /[dmS]/.test(type);
    const index = make(isMap ? 's' : type === 'a' ? 'a' : 'i', `key of ${element.id}`, {
      keysOf: isMap || type === 'a' ? id : undefined,
    });
    const values = variables.length > 1 ? [index, element] : [element];
    for (const [at, name] of variables.entries()) {
      this.bind(name, values[at] ?? element, assigns, scope);
    }
    return element;
  }

  private bind(name: string, value: Value, assigns: boolean, scope: Scope): void {
    if (!assigns) {
      scope.variables.push({ name, value, depth: scope.depth });
      return;
    }
    const variable = scope.variables.findLast((one) => one.name === name);
    if (!variable) this.say(`sets ${name}, which is not declared`, 'declare it with :=');
    else if (variable.depth === scope.depth) variable.value = value;
    else {
      // Set inside a branch, so it may hold either value afterwards.
      const type = variable.value.type === value.type ? value.type : 'a';
      variable.value = make(type, this.unknown().id, {
        lookUps: new Map([...variable.value.lookUps, ...value.lookUps]),
      });
    }
  }

  private pipeline({ variables, assigns, commands }: Pipeline, scope: Scope, ofRange = false): Value {
    let value: Value | undefined;
    for (const command of commands) value = { ...this.command(command, scope, value), literal: false };
    value ??= this.unknown();
    if (!ofRange) for (const name of variables) this.bind(name, value, assigns, scope);
    return value;
  }

  private command(command: readonly Operand[], scope: Scope, piped: Value | undefined): Value {
    const [first, ...operands] = command;
    if (!first) return this.unknown();
    const { reported } = this;
    if (first.kind === 'function' && first.fields.length === 0) {
      const given = operands.map((operand) => this.operand(operand, scope));
      return this.apply(first.name, piped ? [...given, piped] : given, scope);
    }
    const value = this.operand(first, scope);
    for (const operand of operands) this.operand(operand, scope);
    if (this.reported > reported) return this.unknown();
    if (first.kind === 'nil') this.say('has nil where a value is needed', 'write a value');
    const withFields = 'fields' in first && first.fields.length > 0;
    if ((operands.length > 0 || piped) && !(withFields && this.hasMethods(first, scope))) {
      this.say(
        `gives an argument to ${name(first)}, which is not a function`,
        'put each in its own action, or put a function in front',
      );
    }
    return value;
  }

  /** Whether the operand's last field may be a method, which takes arguments. */
  private hasMethods(operand: Extract<Operand, { fields: unknown }>, scope: Scope): boolean {
    const { type } = this.operand({ ...operand, fields: operand.fields.slice(0, -1) }, scope);
    return /[tcv]/.test(type);
  }

  private operand(operand: Operand, scope: Scope): Value {
    switch (operand.kind) {
      case 'dot':
        return this.fields(scope.dot, operand.fields, '', scope);
      case 'variable': {
        const found = scope.variables.findLast(({ name }) => name === operand.name)?.value;
        if (!found) this.say(`uses ${operand.name}, which is not declared`, 'declare it with :=');
        return found ? this.fields(found, operand.fields, operand.name, scope) : this.unknown();
      }
      case 'function':
        return this.fields(this.apply(operand.name, [], scope), operand.fields, operand.name, scope);
      case 'parentheses':
        return this.fields(this.pipeline(operand.pipeline, scope), operand.fields, '(...)', scope);
      case 'string':
        return make('s', JSON.stringify(operand.value), { text: operand.value, literal: true });
      default: {
        const type = ({ integer: 'i', float: 'f', complex: 'a', bool: 'b', nil: 'x' } as const)[operand.kind];
        const number = /integer|float/.test(operand.kind) ? valueOfNumber(operand.text) : undefined;
        return make(type, operand.text, { literal: true, number });
      }
    }
  }

  /** Fields of a value: reading a missing one is an error, so never silent. */
  private fields(value: Value, fields: readonly string[], start: string, scope: Scope): Value {
    let at = value;
    for (const [index, field] of fields.entries()) {
      const { type } = at;
      if (plain.has(type) || lists.has(type) || type === 'x') {
        this.say(...this.noField(type, fields, index, start, value, scope));
        return this.unknown();
      }
      if (type === 'd') this.observer.field(field, 'dot', scope.depth === 0 && this.within.length === 0);
      // A field of a missing value is an error; a map may hold the result of a look-up.
      const isLoud =
        (at.lookUps.has(at.id) && type !== 'S') || /^(?:pick|(?:mustF|f)rom(?:Json|Yaml))\(/.test(at.id);
      const lookUps = isLoud ? none : at.lookUps;
      const of = type === 'd' || type === 'S' ? 's' : (at.element ?? 'a');
      at = make(of, lookUpId(at, JSON.stringify(field)), { lookUps });
    }
    return at;
  }

  private noField(
    type: Type,
    fields: readonly string[],
    index: number,
    start: string,
    value: Value,
    { variables }: Scope,
  ): [what: string, todo: string] {
    const all = `${start}.${fields.join('.')}`;
    if (value.type === 'd' && index === 1) {
      return [
        `${all} looks inside a field, which is a string`,
        `write .${fields.join('_')} for a label with a dot`,
      ];
    }
    return start === '' && index === 0 && variables[0]?.value.type === 'd'
      ? [`${all} looks inside ${types[type]}, because with and range change the dot`, `write $${all}`]
      : [`${all} looks inside ${types[type]}, which has no fields`, 'correct it'];
  }

  /** The result of a function call. */
  private apply(name: string, given: readonly Value[], scope: Scope): Value {
    const signature = templateFunctions.get(name);
    if (!signature) {
      this.say(
        `uses ${name}, which is not a function of External Secrets Operator's template engine`,
        'write a field as .name, with _ for every space or special character in its label',
      );
      return this.unknown();
    }
    if (!this.fits(name, signature, given)) return { ...this.unknown(), type: signature.gives };
    this.behave(name, given);
    if (name !== 'index' && given.some(({ type }) => type === 'd')) this.observer.everything();
    const call = `${name}(${given.map((value) => value.id).join(' ')})`;
    const id = call.length > 1000 ? this.unknown().id : call;
    const [first, second, third] = given;
    const inherited = given.flatMap(({ lookUps }) => [...lookUps]);
    const all = new Map(inherited.filter(([, { kind }]) => !isSettled(name, kind)));
    const choices = name === 'ternary' ? given.slice(0, 2) : given;
    const alike = choosers.has(name) && first && choices.every((value) => value.type === first.type);
    const type = alike ? first.type : signature.gives;
    const holding = this.holding(name, given);
    const result = (more: Partial<Value> = {}) => make(type, id, { lookUps: all, ...holding, ...more });
    const behaviour = behaviours.get(name);
    if (behaviour === 'unread' || behaviour === 'nothing') {
      const lookUp: LookUp = { kind: behaviour, by: name, key: undefined, ofFields: false };
      const more = { lookUps: new Map([...all, [id, lookUp]]) };
      // fromYaml returns a map for invalid YAML, so the result is true either way.
      return result(name === 'fromYaml' ? more : { ...more, whenTrue: [id] });
    }
    // What remains once the template handles an empty value: a missing field is still an error.
    const ofFields = () => new Map([...all].filter(([, lookUp]) => lookUp.ofFields));
    const answered = (by: Value | undefined) =>
      result({ lookUps: by && unsure(by, scope).size === 0 ? ofFields() : all });
    switch (name) {
      case 'index':
        return this.index(given);
      case 'get':
      case 'hasKey': {
        if (!first || !second) break;
        const found = this.lookUp(name, first, second);
        return name === 'get' ? found : result({ whenTrue: found.whenTrue });
      }
      case 'pluck':
      case 'pick': {
        const [maps, keys] =
          name === 'pick' ? [given.slice(0, 1), given.slice(1)] : [given.slice(1), given.slice(0, 1)];
        const found = maps.flatMap((map) => keys.map((key) => this.lookUp(name, map, key)));
        return result({
          lookUps: new Map([...all, ...found.flatMap(({ lookUps }) => [...lookUps])]),
          whenTrue: found.length === 1 ? (found[0]?.whenTrue ?? []) : [],
        });
      }
      case 'dict':
        for (const [at, { id: key }] of given.entries())
          if (at % 2 === 0) this.known.add(lookUpId({ id }, key));
        break;
      case 'urlParse':
        for (const key of urlKeys) this.known.add(lookUpId({ id }, JSON.stringify(key)));
        break;
      case 'split':
      case 'splitn':
        this.known.add(lookUpId({ id }, '"_0"'));
        break;
      case 'set':
        for (const lookUp of third ? unsure(third, scope).values() : []) this.observer.silent(lookUp);
        if (first && second) scope.present.add(lookUpId(first, second.id));
        return { ...result(), id: first?.id ?? id };
      case 'keys':
      case 'values': {
        const keysOf = name === 'keys' && given.length === 1 ? first?.id : undefined;
        if ((holding.most ?? 2) < 2) return result({ keysOf });
        const lookUp: LookUp = { kind: 'order', by: name, key: undefined, ofFields: false };
        return result({ keysOf, lookUps: new Map([...all, [id, lookUp]]) });
      }
      case 'sortAlpha':
      case 'uniq':
      case 'reverse':
        return result({ keysOf: first?.keysOf });
      case 'not':
      case 'empty':
        this.answers(given);
        return result({ whenTrue: first?.whenFalse ?? [], whenFalse: first?.whenTrue ?? [] });
      case 'and':
      case 'all':
        this.answers(given.slice(0, name === 'and' ? -1 : undefined));
        return result({ whenTrue: given.flatMap(({ whenTrue }) => whenTrue) });
      case 'or':
      case 'any':
        this.answers(given.slice(0, name === 'or' ? -1 : undefined));
        return { ...answered(given.at(-1)), whenFalse: given.flatMap(({ whenFalse }) => whenFalse) };
      case 'coalesce':
        this.answers(given.slice(0, -1));
        return answered(given.at(-1));
      case 'default':
        this.answers(given.slice(1));
        return answered(first);
      case 'ternary':
        return result({
          lookUps: new Map([...ofFields(), ...(first?.lookUps ?? []), ...(second?.lookUps ?? [])]),
        });
      case 'eq':
      case 'ne': {
        this.answers(given);
        const [one, other] = first?.text === undefined ? [first, second] : [second, first];
        const equals = other?.text === undefined || given.length > 2 ? [] : (one?.whenTrue ?? []);
        const isEqual = other?.text === '' ? { whenFalse: equals } : { whenTrue: equals };
        return name === 'eq'
          ? result(isEqual)
          : result({ whenTrue: isEqual.whenFalse ?? [], whenFalse: isEqual.whenTrue ?? [] });
      }
    }
    return result(keepers.has(name) ? { whenTrue: given.at(-1)?.whenTrue ?? [] } : {});
  }

  /** Reports what a call would write instead of failing. */
  private behave(name: string, given: readonly Value[]): void {
    const fault = neverWorks(name, given);
    if (fault) this.say(...fault);
    const isText = (value: Value | undefined) => value?.type === 's' && value.text === undefined;
    const [first, second, third] = given;
    switch (behaviours.get(name)) {
      case 'random':
        this.say(
          `uses ${name}, which changes at every refresh`,
          'put the value into 1Password and write .name',
        );
        break;
      case 'today': {
        const at = name.startsWith('html') || name === 'ago' ? first : second;
        if (name !== 'ago' && at && /[tiIa]/.test(at.type)) break;
        this.say(
          `uses ${name}, which reads the clock${name === 'ago' ? '' : ` unless it gets a time`}, so the result changes`,
          name === 'ago' ? 'write the time itself' : 'give it (mustToDate "2006-01-02" .name)',
        );
        break;
      }
      case 'error':
        if (name === 'derivePassword' && second?.text !== undefined && passwordTypes.has(second.text)) break;
        if (name === 'htpasswd') {
          if (third?.text === 'sha') break;
          this.say(
            'uses htpasswd with bcrypt, which changes at every refresh',
            'put the whole line that htpasswd -nB prints into 1Password, or write "sha" if that is enough',
          );
          break;
        }
        if (given.length === 1 && first?.text !== undefined) break;
        this.say(
          `uses ${name}, which writes its error as the value if it fails`,
          name === 'b64dec'
            ? "write it in keys: { field: 'label', decode: 'base64' }"
            : name === 'derivePassword'
              ? 'write the type in quotes, such as "long"'
              : 'put the decoded value into 1Password',
        );
        break;
      case 'zero':
        this.zero(name, given, isText);
        break;
      case 'print': {
        const wrong = printfFault(given, types);
        if (wrong) this.say(...wrong);
      }
    }
  }

  /** Reports functions that turn a string they can't read into 0 or the year 1. */
  private zero(name: string, given: readonly Value[], isText: (value: Value | undefined) => boolean): void {
    if (name === 'toDate') {
      this.say('uses toDate, which turns anything but a date into the year 1', 'write mustToDate');
    } else if (/^date_?[mM]odify$/.test(name)) {
      this.say(`uses ${name}, which ignores anything but a duration`, 'write mustDateModify');
    } else if (given.some(isText)) {
      this.say(
        `uses ${name} on a string, which turns anything but a number into 0`,
        /^duration/.test(name)
          ? 'put the duration itself into 1Password'
          : `write .name alone, or ${name} (mustFromJson .name)`,
      );
    }
  }

  /** What is known of the length and the elements of a result. */
  private holding(name: string, given: readonly Value[]): Partial<Value> {
    const [first, second] = given;
    if (name === 'keys' && given.length === 0) return { most: 0 };
    const source = /[lLmwnNdS]/.test(first?.type ?? '') ? first : given.at(-1);
    if (name === 'list' || name === 'tuple') {
      return { least: given.length, most: given.length, element: commonType(given) };
    }
    if (name === 'dict') {
      const keys = new Set(given.flatMap(({ id }, at) => (at % 2 === 0 ? [id] : [])));
      const held = given.filter((_, at) => at % 2 === 1);
      return { most: keys.size, ...(given.length % 2 === 0 && { element: commonType(held) }) };
    }
    if (name === 'urlParse') return { most: urlKeys.length, element: 's' };
    if (name === 'pick') {
      const keys = new Set(given.slice(1).map(({ id }) => id)).size;
      return { most: Math.min(keys, first?.most ?? keys), element: first?.element };
    }
    if (name === 'sortAlpha' && first && /[sibIfu]/.test(first.type)) return { least: 1, most: 1 };
    if (/^(?:mustA|a)ppend$|^(?:mustP|p)(?:ush|repend)$/.test(name)) {
      const more = (count: number | undefined) => (count === undefined ? undefined : count + 1);
      return { least: more(first?.least), most: more(first?.most) };
    }
    if (unreadable.has(name)) return { unreadable: true };
    if (!shrinking.has(name) || !source) return {};
    const counts = given.map(({ most }) => most);
    const most =
      name === 'keys'
        ? counts.some((count) => count === undefined)
          ? undefined
          : counts.reduce((sum: number, count) => sum + (count ?? 0), 0)
        : name === 'set' && source.most !== undefined
          ? source.most + 1
          : source.most;
    return {
      most,
      ...(lengthKeepers.has(name) && name !== 'keys' && { least: source.least }),
      ...(holders.has(name) && { element: source.element }),
      ...(name === 'set' && second && source.element === given[2]?.type && { element: source.element }),
    };
  }

  /** Checks the number and the types of a call's arguments; reports what does not fit. */
  private fits(name: string, { takes, rest }: Signature, given: readonly Value[]): boolean {
    if (given.length < takes.length || (!rest && given.length > takes.length)) {
      this.say(
        `gives ${name} ${given.length} argument${given.length === 1 ? '' : 's'}, but it takes ${rest ? 'at least ' : ''}${takes.length}`,
        'correct the call',
      );
      return false;
    }
    const { reported } = this;
    for (const [at, value] of given.entries()) {
      if (value.type === 'x' && /^(?:mustH|h)as$/.test(name)) continue;
      const type = name === 'dig' ? ofDig(at - given.length) : (takes[at] ?? rest ?? 'a');
      if (isOf(value, type)) continue;
      if (value.type === 'd') {
        this.say(`uses ${name} on the fields, which fails: they are a map of strings`, 'write .name');
      } else {
        const convert = { s: 'toString', i: 'int', I: 'int64', f: 'float64', m: 'fromJson' }[type as string];
        this.say(
          `gives ${name} ${types[value.type]} where it takes ${types[type]}`,
          convert ? `write (${convert} ...)` : 'correct the call',
        );
      }
    }
    if (/^(eq|ne|lt|le|gt|ge)$/.test(name)) this.compare(given);
    return this.reported === reported;
  }

  private compare(given: readonly Value[]): void {
    const [first, ...others] = given;
    const kind = ({ type }: Value) => (/[iIu]/.test(type) ? 'i' : type);
    for (const other of others) {
      if (!first || kind(first) === kind(other)) continue;
      if (/[ax]/.test(first.type + other.type)) continue;
      this.say(
        `compares ${types[first.type]} with ${types[other.type]}, which fails`,
        'convert one of them, as in (int .name)',
      );
    }
  }

  private index([first, ...keys]: readonly Value[]): Value {
    let at = first ?? this.unknown();
    for (const key of keys) {
      const { type } = at;
      if (
        lists.has(type) &&
        key.number !== undefined &&
        (key.number < 0 || key.number >= (at.most ?? Infinity))
      ) {
        this.say(`uses index ${key.number} on a list that is shorter, which fails`, 'correct it');
        return this.unknown();
      }
      const isText = key.type === 's';
      if (
        /[dmS]/.test(type)
          ? !/[sa]/.test(key.type)
          : (type !== 's' && plain.has(type)) || (isText && (lists.has(type) || type === 's'))
      ) {
        this.say(`uses index on ${types[type]} with ${types[key.type]}, which fails`, 'correct it');
        return this.unknown();
      }
      at =
        isText || (key.type === 'a' && !lists.has(type))
          ? this.lookUp('index', at, key)
          : make(at.element ?? elements[type] ?? 'a', `index(${at.id} ${key.id})`);
    }
    return at;
  }

  /** A key of a map, read by a function that returns nothing if the key is missing. */
  private lookUp(by: string, map: Value, key: Value): Value {
    const ofFields = map.type === 'd';
    if (ofFields && key.text !== undefined) this.observer.field(key.text, 'index', false);
    else if (ofFields) this.observer.everything();
    const id = lookUpId(map, key.id);
    const type = ofFields || map.type === 'S' ? 's' : 'a';
    // index fails on a missing map; the others treat it as empty.
    const { lookUps, whenTrue } = by === 'index' ? make(type, id) : map;
    if (this.known.has(id) || (key.keysOf !== undefined && key.keysOf === map.id)) {
      return make(type, id, { lookUps, whenTrue });
    }
    return make(type, id, {
      lookUps: new Map([...lookUps, [id, { kind: 'missing', by, key: key.text, ofFields }]]),
      whenTrue: [...whenTrue, id],
    });
  }
}

/** Type of an argument of `dig`, counted from the end: the keys, then the default, then the map. */
function ofDig(at: number): Type {
  if (at === -1) return 'm';
  return at === -2 ? 'a' : 's';
}

/** The look-ups behind a value that nothing has checked yet. */
function unsure(value: Value, { present }: Scope): Map<string, LookUp> {
  return new Map([...value.lookUps].filter(([id]) => !present.has(id)));
}

/** Whether nodes always reach a `{{ fail "..." }}`. */
function alwaysFails(nodes: readonly Node[]): boolean {
  return nodes.some((node) =>
    node.kind === 'action'
      ? fails(node.pipeline)
      : (node.kind === 'if' || node.kind === 'with') && alwaysFails(node.body) && alwaysFails(node.otherwise),
  );
}

/** Whether a pipeline always calls `fail`, at any depth: only `and` and `or` may skip an argument. */
function fails({ commands }: Pipeline): boolean {
  return commands.some(
    (command) =>
      !(command[0]?.kind === 'function' && /^(?:and|or)$/.test(command[0].name)) &&
      command.some(
        (operand) =>
          (operand.kind === 'function' && operand.name === 'fail') ||
          (operand.kind === 'parentheses' && fails(operand.pipeline)),
      ),
  );
}

/** Whether a function makes a look-up safe. */
function isSettled(name: string, kind: LookUp['kind']): boolean {
  // `dig` fails on anything but a map.
  if (kind === 'unread') return name === 'dig';
  if (kind === 'order') return name === 'sortAlpha' || predicates.has(name);
  return kind === 'nothing' && predicates.has(name);
}

function writes(nodes: readonly Node[]): boolean {
  return nodes.some((node) => node.kind !== 'text' || /\S/.test(node.text));
}

function name(operand: Operand): string {
  if (operand.kind === 'string') return JSON.stringify(operand.value);
  if (!('fields' in operand)) return operand.text;
  const start = operand.kind === 'dot' ? '' : operand.kind === 'parentheses' ? '(...)' : operand.name;
  return operand.fields.length > 0 || start !== '' ? [start, ...operand.fields].join('.') : '.';
}
