import { ALLOW_FOREIGN, STORE } from './flags.ts';
import type { CommandGroup } from './spec.ts';

/** `coffer -O put …` is `coffer put …`. */
const OPERATION = [
  '-O, --operation <put|get>',
  'put or get, for s3-kms-ssm-secrets scripts',
  ['put', 'get'],
] as const;

export const DATA_COMMANDS: CommandGroup = {
  title: 'Values of any size',
  commands: [
    {
      name: 'put',
      args: '',
      summary: 'Publish data of any size, and point a parameter to it',
      description: `
        Encrypts standard input or a file of any size with a new data key, stores it as an object
        that is never overwritten, and then makes the parameter point to it. Uses little memory and
        never writes plaintext to disk. Prints the object's URL. Refuses empty input, which usually
        means that the command before the pipe failed, and a parameter with a value of its own, such
        as a secret of a manifest. Needs kms:GenerateDataKey on the key, s3:PutObject, ssm:PutParameter
        and, without --overwrite, ssm:GetParameter; without that right it warns, and replaces the
        parameter whatever it holds.`,
      flags: [
        ['-p, --path <prefix>', "Prefix of the object's key"],
        ['-b, --bucket <bucket>', 'Bucket for the object'],
        ['-k, --key <key>', 'KMS key that readers may use'],
        ['-s, --ssm <parameter>', 'Parameter to point to it (default: the path)'],
        ['-e, --extension <suffix>', "Suffix of the object's key, such as .tar"],
        ['-f, --file <file>', 'Read this file instead of standard input'],
        ['--allow-empty', 'Publish an empty object when there is no data'],
        ['--overwrite', 'Replace the parameter even if it holds a value of its own'],
        OPERATION,
      ],
      examples: [
        [
          'put -p apps/superman/backup -b superman-secrets -k alias/superman -e .tar < backup.tar',
          'from standard input, as with s3-kms-ssm-secrets',
        ],
        [
          'put -p apps/superman/backup -b superman-secrets -k alias/superman -f backup.tar',
          'from a file',
        ],
      ],
      load: () => import('../commands/put.ts'),
    },
    {
      name: 'get',
      args: '[name] [version]',
      summary: 'Print the value of a parameter, or of an object by its URL',
      description: `
        Follows a pointer to its object, and checks all of it before the first byte comes out.
        Without a name of the version it takes the newest. The object has to belong to that
        parameter, its bucket and key to the parameter's account. Takes ssm:GetParameter, s3:GetObject
        and kms:Decrypt on the key of what is read; for a secret, secretsmanager:GetSecretValue.`,
      flags: [
        ['-o, --output <file>', 'Write to this file (only you can read it)'],
        ['-p, --path <parameter>', 'The name or URL, for s3-kms-ssm-secrets scripts'],
        ['--parameter <name>', 'Of a URL: the parameter that it belongs to (default: its folder)'],
        STORE,
        ['--property <name>', 'Of a value that is a JSON object: only this one of its texts'],
        ALLOW_FOREIGN,
        OPERATION,
      ],
      examples: [
        ['get /apps/superman/api_token', 'only the value, without a line break'],
        ['get /apps/superman/api_token@3', 'an older version; a label works too'],
        ['get /apps/superman/api_token latest', 'the version as a word of its own'],
        [
          'get prod/superman --store secretsmanager --property password',
          'one value of a JSON secret; NAME@VERSIONID and NAME@AWSPREVIOUS work too',
        ],
        ['get /apps/superman/tls/keystore -o keystore.jks', 'into a file that only you can read'],
        [
          'get s3://superman-secrets/apps/superman/tls/keystore/v3-9f86…0a08 | tar x',
          'an object without its pointer',
        ],
      ],
      noJson: 'standard output is the value; coffer list and history answer in JSON',
      load: () => import('../commands/get.ts'),
    },
  ],
};
