/** What is used of Node's resolver; Workers answer it by DNS over HTTPS (`nodejs_compat`). */
declare module "node:dns/promises" {
  export function resolve4(hostname: string): Promise<string[]>;
  export function resolve6(hostname: string): Promise<string[]>;
}
