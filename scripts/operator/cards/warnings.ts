import type { NightlyStop } from "../../../components/settings/schedule.ts";
import { isIpv4 } from "../roster/sshAddress.ts";
import type { RosterEntry } from "../roster/entry.ts";
import { type Card, cardsOf } from "./card.ts";

const labs = (count: number) => (count === 1 ? "1 lab" : `${count} labs`);

/**
 * What a teacher should know before handing the cards out, a sentence or two each: addresses that will change, labs that have
 * no card, labs that have one but are not whole, machines whose fingerprint is not known.
 *
 * EC2 gives a machine another IPv4 address at each start, and keeps its IPv6 address (EC2 user guide, "IP addressing").
 *
 * @param entries the labs of the cards
 * @param nightlyStops by stack, the setting `nightlyStop`; a stack that is not in it has none
 */
export function cardWarnings(
    entries: readonly RosterEntry[],
    nightlyStops: ReadonlyMap<string, NightlyStop | undefined>,
): string[] {
    const { cards, leftOut } = cardsOf(entries);
    const stacks = [...new Set(entries.map(({ stack }) => stack))];
    const printed = new Set(cards.map(({ stack, lab }) => `${stack}/${lab}`));
    return [
        ...stacks.flatMap((stack) => addressWarning(stack, cards, nightlyStops.get(stack))),
        ...leftOut.map(
            ({ stack, lab, why }) => `${stack}: ${lab} has no card: ${why}. Next: pulumi up -s ${stack}`,
        ),
        ...entries
            .filter(({ stack, lab, problem }) => problem !== "" && printed.has(`${stack}/${lab}`))
            .map(({ stack, lab, problem }) => `${stack}: ${lab} has a card but is not whole: ${problem}`),
        ...stacks.flatMap((stack) => {
            const blind = new Set(
                cards.filter((card) => card.stack === stack && card.fingerprint === "").map(({ lab }) => lab),
            );
            return blind.size === 0
                ? []
                : [`${stack}: the fingerprint of ${labs(blind.size)} is not known: ${[...blind].join(", ")}`];
        }),
    ];
}

function addressWarning(stack: string, cards: readonly Card[], stop: NightlyStop | undefined): string[] {
    const mortal = new Set(
        cards.filter((card) => card.stack === stack && isIpv4(card.address.host)).map(({ lab }) => lab),
    );
    if (mortal.size === 0) {
        return [];
    }
    const addresses = `${stack}: ${mortal.size === 1 ? "the address of 1 lab" : `the addresses of ${mortal.size} labs`}`;
    const when =
        stop === undefined
            ? "will change in a night with the power off"
            : `will change tonight: nightlyStop stops the machines at ${stop.at} (${stop.timezone})`;
    return [
        `${addresses} ${when}. Set dnsZone for names that stay, or print the changed cards in the morning. ` +
            "Next: npx lab cards --changed",
    ];
}
