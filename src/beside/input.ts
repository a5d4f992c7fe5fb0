import type { AppSecretsFile } from '../platform/app-secrets.js';
import type { HandOver } from '../platform/hand-over.js';
import type { Platform } from '../platform/platform.js';
import type { ResolvedSettings } from '../platform/settings-schema.js';
import type { RepositoryView } from '../repository/scan.js';
import type { Repository } from '../repository.js';

/** What a plan is made from. */
export interface BesideInput {
  readonly repository: Repository | undefined;
  readonly settings: ResolvedSettings;
  readonly view: RepositoryView;
  readonly platform: Platform;
  /** The app secrets, file by file. */
  readonly files: readonly AppSecretsFile[];
  /** App secrets that are leaving a unit of `dist/`. */
  readonly handOvers: readonly HandOver[];
  /** Whether to remove moved app secrets from where they were. */
  readonly finishMove: boolean;
}
