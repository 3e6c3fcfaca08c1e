export function stable(output: string): string;
