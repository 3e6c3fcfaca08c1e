/** Whether `data` fits schemas/manifest.schema.json. `validate.gen.js` says why not. */
export declare const validate: (data: unknown) => boolean;
