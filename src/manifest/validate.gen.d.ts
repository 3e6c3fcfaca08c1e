/** One error of the compiled schema validator, as ajv reports it. Its `data` may be a secret. */
export interface SchemaError {
  keyword: string;
  /** JSON pointer to the fault. */
  instancePath: string;
  params: { missingProperty?: string; additionalProperty?: string };
  /** Set if a property's name is invalid. */
  propertyName?: string;
  /** The schema that contains `keyword`. */
  parentSchema?: {
    errorMessage?: string;
    type?: string | readonly string[];
    enum?: readonly string[];
    examples?: readonly unknown[];
    properties?: Readonly<Record<string, unknown>>;
  };
}

/** Whether `data` fits schemas/manifest.schema.json; if not, `errors` says why. */
export declare const validate: {
  (data: unknown): boolean;
  errors?: SchemaError[] | null;
};
