/** A file as text, such as a style sheet. */
declare module '*?raw' {
  const text: string;
  export default text;
}
