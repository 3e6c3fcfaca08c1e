import type { CommandGroup } from './spec.ts';

/** `coffer -O put …` is `coffer put …`. */
const OPERATION = [
  '-O, --operation <put|get>',
  'put or get, as s3-kms-ssm-secrets took it',
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
        Seals standard input or a file of any size under a new data key, stores it as an object
        that is never overwritten, and then makes the parameter point to it. Memory stays small,
        plaintext never touches the disk. Prints the object's URL. It
        refuses to publish no data at all, which a failed command leaves in a pipe. Takes kms:GenerateDataKey on
        the key, s3:PutObject and ssm:PutParameter.`,
      flags: [
        ['-p, --path <prefix>', "Prefix of the object's key"],
        ['-b, --bucket <bucket>', 'Bucket that takes the object'],
        ['-k, --key <key>', 'KMS key that readers may use'],
        ['-s, --ssm <parameter>', 'Parameter that will point to it (default: the path)'],
        ['-e, --extension <suffix>', "Suffix of the object's key, such as .tar"],
        ['-f, --file <file>', 'Read this file instead of standard input'],
        ['--allow-empty', 'Publish an object of no bytes when there is no data'],
        OPERATION,
      ],
      examples: [
        [
          'put -p apps/superman/backup -b superman-secrets -k alias/superman -e .tar < backup.tar',
          'from a pipe, as s3-kms-ssm-secrets took it',
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
      args: '[name]',
      summary: 'Print a parameter, what it points to, or the object of a URL',
      description: `
        Follows a pointer to its object, and checks all of it before the first byte comes out.
        Without a name of the version it takes the newest. Takes ssm:GetParameter, s3:GetObject
        and kms:Decrypt on the key of what is read.`,
      flags: [
        ['-o, --output <file>', 'Write it to this file (readable by you alone)'],
        ['-p, --path <parameter>', 'The name or URL, as s3-kms-ssm-secrets took it'],
        OPERATION,
      ],
      examples: [
        ['get /apps/superman/api_token', 'the value and nothing else, not even a line break'],
        ['get /apps/superman/api_token@3', 'an older version, or a label'],
        ['get /apps/superman/tls/keystore -o keystore.jks', 'into a file that you alone can read'],
        [
          'get s3://superman-secrets/apps/superman/tls/keystore/9f86…0a08 | tar x',
          'an object without its pointer',
        ],
      ],
      noJson: 'standard output is the value; coffer list and history answer in JSON',
      load: () => import('../commands/get.ts'),
    },
  ],
};
