/** An item of a vault, without its contents. */
export interface VaultItem {
  /** 26 lower-case letters and digits. */
  readonly id: string;
  readonly title: string;
  /** ID of its vault. */
  readonly vaultId: string;
  /** Whether its category is Document: External Secrets Operator reads only the files of these. */
  readonly isDocument: boolean;
}

/** The names of an item's fields and files, and whether they are empty; never a value. */
export interface ItemContents {
  /** Labels of the fields, regardless of sections; '' for a field without one. */
  readonly labels: readonly string[];
  /** Names of the attached files. */
  readonly files: readonly string[];
  /** Labels of the empty fields. */
  readonly emptyLabels: readonly string[];
  /** Names of the empty files. */
  readonly emptyFiles: readonly string[];
}

/**
 * 1Password as this project reads it. Values are dropped as soon as a response arrives; none of these types
 * can hold one.
 */
export interface Vaults {
  readonly source: 'Connect' | 'op';
  /**
   * Lists the items of a vault.
   *
   * @param vault Its title or ID.
   * @throws OperatorError if 1Password can't be reached or denies access to the vault.
   */
  listItems(vault: string): Promise<VaultItem[]>;
  /**
   * Reads the labels and file names of an item.
   *
   * @throws OperatorError if 1Password can't be reached or denies access.
   */
  readItem(item: VaultItem): Promise<ItemContents>;
}

/** Whether a text is a 1Password ID rather than a title; External Secrets Operator has the same rule. */
export function isId(text: string): boolean {
  return /^[\da-z]{26}$/.test(text);
}
