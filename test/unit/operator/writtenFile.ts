/** A file as people write them, with all that YAML has. */
export const written = `# Big Data, summer 2027
config:
    aws:region:   eu-west-1   # pinned
    # who comes
    student-labs:students:   # from the registrar
      - Ada # arrives late
      # no laptop
      - 'Grace'

      - "No"
    # behind the list
    student-labs:sshPorts: [443, 22] # the room blocks 22
    student-labs:aptPackages: [
        nano, # for beginners
        vim
    ] # editors
    student-labs:groups:
    - lab: t1   # team one
      students: [x, y]   # both
    - { lab: t2, students: [z] }
    student-labs:zone: >-
      eu-west-1a
    student-labs:spares: 1
# by pulumi
encryptionsalt: v1:abc
`;

/** Lines of a text that are not in another one, and the other way round. */
export function difference(before: string, after: string): { gone: string[]; new: string[] } {
    const [one, other] = [before.split("\n"), after.split("\n")];
    return {
        gone: one.filter((line) => !other.includes(line)),
        new: other.filter((line) => !one.includes(line)),
    };
}
