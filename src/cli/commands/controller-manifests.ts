import { controllerManifests } from '../../actions/controller-manifests.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { version } from '../version.ts';

/** Prints what runs the controller in a cluster. */
export async function printManifests({ flags, terminal }: Context): Promise<ExitCode> {
  const rate = flags.count('awsRate');
  const text = controllerManifests({
    namespace: flags.string('namespace'),
    image: flags.string('image') ?? `coffer:${version()}`,
    roleArn: flags.string('roleArn'),
    mayRestart: flags.boolean('allowRestart'),
    watchesSecrets: flags.boolean('watchSecrets'),
    requiredPrefix: flags.string('requirePrefix'),
    allowedRoles: flags.list('allowRole'),
    awsRate: rate,
  });
  await terminal.write(text);
  return EXIT.ok;
}
