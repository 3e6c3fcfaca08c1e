/** One finding of the compiled schema validator, as ajv reports it. Its `data` may be a secret. */
export interface SchemaError {
  keyword: string;
  /** JSON pointer to what is wrong. */
  instancePath: string;
  params: { missingProperty?: string; additionalProperty?: string };
  /** Set when a property's name is wrong. */
  propertyName?: string;
  /** The schema that `keyword` stands in. */
  parentSchema?: {
    errorMessage?: string;
    type?: string | readonly string[];
    enum?: readonly string[];
    examples?: readonly unknown[];
    properties?: Readonly<Record<string, unknown>>;
  };
}

/** Says whether `data` fits schemas/manifest.schema.json; if not, the findings are in `errors`. */
export declare const validate: {
  (data: unknown): boolean;
  errors?: SchemaError[] | null;
};
