#!/usr/bin/env node
// The first file that runs: plain JavaScript for any Node, so that a Node that is too old, or dependencies that
// are not installed, are one line and no trace.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 12)) {
  console.error(`Node ${process.versions.node} is too old: cluster-secrets needs Node 20.12 or newer`);
  process.exit(1);
}

// In the package there is JavaScript beside this file, in its repository TypeScript.
const compiled = new URL('./cli.js', import.meta.url);
const isCompiled = existsSync(fileURLToPath(compiled));
try {
  if (!isCompiled) (await import('tsx/esm/api')).register();
} catch (error) {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  console.error('the dependencies are not installed: run `npm ci`');
  process.exit(1);
}
await import(isCompiled ? compiled.href : new URL('./cli.ts', import.meta.url).href);
