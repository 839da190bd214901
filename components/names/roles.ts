/**
 * Start of the names of this stack's lab roles, which the EMR service role may pass to nodes.
 *
 * @param project name of the Pulumi project
 * @param stack name of the stack
 */
export function labRolePrefix(project: string, stack: string): string {
    return `${project}-${stack}-`;
}
