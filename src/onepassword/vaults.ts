/** An item of a vault, without anything that is in it. */
export interface VaultItem {
  /** 26 lower-case letters and digits. */
  readonly id: string;
  readonly title: string;
  /** ID of its vault. */
  readonly vaultId: string;
  /** Whether it is of the category Document, of which External Secrets Operator reads the files only. */
  readonly isDocument: boolean;
}

/** What an item has, by name, and whether that is empty; never a value. */
export interface ItemContents {
  /** Labels of the fields, sections ignored; '' for a field without one. */
  readonly labels: readonly string[];
  /** Names of the attached files. */
  readonly files: readonly string[];
  /** Those of the labels whose field is empty. */
  readonly emptyLabels: readonly string[];
  /** Those of the files that are empty. */
  readonly emptyFiles: readonly string[];
}

/**
 * 1Password, as far as this project reads it. Values are dropped as soon as an answer arrives: nothing of
 * these types can hold one.
 */
export interface Vaults {
  /** Who is asked. */
  readonly source: 'Connect' | 'op';
  /**
   * The items of a vault.
   *
   * @param vault Its title or its ID.
   * @throws OperatorError when 1Password can't be reached, or does not let us read this vault.
   */
  listItems(vault: string): Promise<VaultItem[]>;
  /**
   * The labels and file names of an item.
   *
   * @throws OperatorError as `listItems` does.
   */
  readItem(item: VaultItem): Promise<ItemContents>;
}

/** Whether a text is an ID of 1Password, and not a title. External Secrets Operator asks the same. */
export function isId(text: string): boolean {
  return /^[\da-z]{26}$/.test(text);
}
