/** What a guard says about one app secret; the caller knows the file and the secret. */
export interface Finding {
  /** Field of the app secret: `template.config.yaml`. */
  readonly field: string;
  readonly what: string;
  readonly todo: string;
}
