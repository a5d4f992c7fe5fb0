import { AppSecret } from '../constructs/app-secret.js';
import type { Unit } from '../constructs/unit.js';
import type { Platform } from './platform.js';

/**
 * Draws the units and their dependencies as a Mermaid flowchart: https://mermaid.js.org/syntax/flowchart.html
 *
 * @returns The chart. Flux Kustomizations from outside this project have a dashed border.
 */
export function unitGraph({ units, beside }: Platform): string {
  const own = new Set(units.map(({ unitName }) => unitName));
  const nodes = units.map(
    (unit) => `  ${unit.unitName}["${unit.unitName}<br/>${unit.title ?? secretsOf(unit)}"]`,
  );
  const edges = units.flatMap((unit) =>
    unit.dependsOn.map(({ unitName }) => `  ${unitName} --> ${unit.unitName}`),
  );
  const others = units.flatMap((unit) => unit.dependsOn).filter(({ unitName }) => !own.has(unitName));
  const dashed = [...new Set(others.map(({ unitName }) => unitName))].map(
    (name) => `  style ${name} stroke-dasharray: 4`,
  );
  const apps = besideNodes(beside);
  return ['flowchart LR', ...nodes, ...apps, ...edges, ...dashed].join('\n');
}

/** A node for what lies beside apps, under an ID that no unit can have; without edges, because Flux waits for none. */
function besideNodes(beside: Platform['beside']): string[] {
  if (beside.length === 0) return [];
  const names = beside.map(({ secret: { props } }) => `${props.namespace}/${props.name}`).sort();
  return [`  beside_apps["beside their apps<br/>${some(names)}"]`];
}

/**
 * Draws the units that a push changes, with their dependencies: green for created, red for deleted, yellow for
 * updated.
 *
 * @param fates What happens to each changed unit, by its name.
 */
export function changedGraph(
  { units }: Platform,
  fates: ReadonlyMap<string, 'made' | 'deleted' | 'updated'>,
): string {
  const changed = units.filter(({ unitName }) => fates.has(unitName));
  const edges = changed.flatMap((unit) =>
    unit.dependsOn.map(({ unitName }) => `  ${unitName} --> ${unit.unitName}`),
  );
  const colours = { made: 'stroke:#2da44e', deleted: 'stroke:#cf222e', updated: 'stroke:#bf8700' } as const;
  const nodes = [...fates].map(
    ([name, fate]) => `  ${name}["${name}"]\n  style ${name} ${colours[fate]},stroke-width:2px`,
  );
  return ['flowchart LR', ...nodes, ...edges].join('\n');
}

/** The Secrets of a unit, as many as fit into the picture. */
function secretsOf(unit: Unit): string {
  const all = unit.node.children.flatMap((child) =>
    child instanceof AppSecret ? `${child.props.namespace}/${child.props.name}` : [],
  );
  // Several app secrets may merge keys into one Secret.
  return some([...new Set(all)]);
}

function some(names: readonly string[]): string {
  const shown = names.length > 6 ? [...names.slice(0, 5), `and ${names.length - 5} more`] : names;
  return shown.join('<br/>');
}
