/** etcd and kube-apiserver, built from the Go module proxy once and kept in the user's cache. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { findTool } from '../tools.js';

/** A program of the cluster, and the Go module from which it is built. */
interface Source {
  readonly name: string;
  readonly version: string;
  /** Writes go.mod, and main.go where there is no package to build, into an empty folder. */
  prepare(folder: string): Promise<void>;
  /** What `go build` builds there. */
  readonly target: string;
}

/** Paths of the programs. */
export interface Programs {
  readonly etcd: string;
  readonly apiServer: string;
}

// `go install` refuses etcd for its replace directives.
const etcd: Source = {
  name: 'etcd',
  version: 'v3.6.15',
  async prepare(folder) {
    const main = `package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() { etcdmain.Main(os.Args) }
`;
    writeFileSync(join(folder, 'main.go'), main);
    writeFileSync(join(folder, 'go.mod'), goMod('go.etcd.io/etcd/server/v3', this.version, []));
  },
  target: '.',
};

// Other patch versions of 1.34 are not complete on the module proxy.
const apiServer: Source = {
  name: 'kube-apiserver',
  version: 'v1.34.4',
  async prepare(folder) {
    const module = 'k8s.io/kubernetes';
    const { stdout } = await execa('go', ['mod', 'download', '-json', `${module}@${this.version}`], {
      cwd: folder,
    });
    // Its own go.mod takes these from its source tree; the proxy has each as a module, as v0 of the same.
    const staging = [
      ...readFileSync(JSON.parse(stdout).GoMod, 'utf8').matchAll(/^\s*(\S+) => \.\/staging\//gm),
    ];
    const version = this.version.replace(/^v1\./, 'v0.');
    const replace = staging.map(([, name]) => `replace ${name} => ${name} ${version}\n`);
    writeFileSync(join(folder, 'go.mod'), goMod(module, this.version, replace));
  },
  target: 'k8s.io/kubernetes/cmd/kube-apiserver',
};

function goMod(module: string, version: string, replace: readonly string[]): string {
  return `module cluster-secrets-test\n\ngo 1.24.0\n\nrequire ${module} ${version}\n\n${replace.join('')}`;
}

/**
 * Builds what is not in the cache yet: some minutes once for the API server, half a minute for etcd.
 *
 * @param report Takes a line of progress.
 * @returns The programs; undefined when they must be built and there is no `go`, as `findTool` says.
 */
export async function buildPrograms(report: (line: string) => void): Promise<Programs | undefined> {
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'cluster-secrets');
  const paths = [etcd, apiServer].map(
    ({ name, version }) => `${cache}/${name}-${version}-${process.platform}-${process.arch}`,
  );
  for (const [index, source] of [etcd, apiServer].entries()) {
    const path = paths[index] ?? '';
    if (existsSync(path)) continue;
    if (!findTool('go')) return undefined;
    await build(source, path, report);
  }
  const [etcdPath = '', apiServerPath = ''] = paths;
  return { etcd: etcdPath, apiServer: apiServerPath };
}

/** Builds beside the path, so that what is at the path is always whole. */
async function build(source: Source, path: string, report: (line: string) => void): Promise<void> {
  const what = `${source.name} ${source.version}`;
  const folder = `${path}.${process.pid}`;
  const started = Date.now();
  const seconds = () => `${Math.round((Date.now() - started) / 1000)}s`;
  report(`building ${what} from the Go module proxy, once, into ${path}`);
  const ticks = setInterval(() => report(`building ${what}: ${seconds()}`), 30_000);
  mkdirSync(folder, { recursive: true });
  try {
    await source.prepare(folder);
    const program = join(folder, source.name);
    await execa('go', ['build', '-mod=mod', '-ldflags=-s -w', '-o', program, source.target], {
      cwd: folder,
    });
    renameSync(program, path);
    report(`built ${what} in ${seconds()}`);
  } finally {
    clearInterval(ticks);
    rmSync(folder, { recursive: true, force: true });
  }
}
