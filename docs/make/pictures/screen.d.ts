export interface Run {
  column: number;
  text: string;
  colour?: string;
  bold?: boolean;
  dim?: boolean;
  underline?: boolean;
}

export function readScreen(output: string): Run[][];
