import { strict as assert } from "node:assert";
import { readSettings } from "../../components/settings/settings.ts";
import { usualNames } from "../../components/settings/stackNames.ts";
import { asTexts } from "./classInMocks.ts";

const notes = (changes: Record<string, unknown>) =>
    readSettings(asTexts({ students: ["Ada"], allowedSshCidrs: ["130.88.0.0/16"], ...changes }), usualNames)
        .notes;
const stopIn = (timezone: string) => ({ nightlyStop: { at: "20:00", timezone } });

describe("Settings that are right and mean something else than they seem to", () => {
    for (const [timezone, really, meant, instead] of [
        ["Etc/GMT+1", "UTC-1", "UTC+1", "Etc/GMT-1"],
        ["Etc/GMT-3", "UTC+3", "UTC-3", "Etc/GMT+3"],
        ["Etc/GMT+12", "UTC-12", "UTC+12", "Etc/GMT-12"],
    ] as const) {
        it(`are told: the sign of ${timezone}`, () => {
            assert.deepEqual(notes(stopIn(timezone)), [
                `nightlyStop.timezone: "${timezone}" is ${really}: these names count the other way round. If you mean ${meant}, write ${instead}; the name of a place (Europe/Lisbon) also knows summer time.`,
            ]);
            // As the time zone database has it.
            const hour = new Intl.DateTimeFormat("en", {
                timeZone: timezone,
                hour: "numeric",
                hourCycle: "h23",
            });
            const offset = (Number(hour.format(new Date("2027-01-01T12:00:00Z"))) - 12 + 24) % 24;
            assert.equal(offset, (Number(really.replace("UTC", "")) + 24) % 24);
        });
    }

    it("are told: unlimited credits of a type that has none", () => {
        assert.deepEqual(notes({ cpuCredits: "unlimited", instanceType: "m5.large" }), [
            'cpuCredits: m5.large has no CPU credits, so that "unlimited" does nothing.',
        ]);
    });

    it("are nothing to tell where they mean what they say", () => {
        for (const timezone of ["Europe/Lisbon", "UTC", "Etc/UTC", "Etc/GMT", "America/Sao_Paulo"]) {
            assert.deepEqual(notes(stopIn(timezone)), [], timezone);
        }
        assert.deepEqual(notes({}), []);
        assert.deepEqual(notes({ cpuCredits: "unlimited" }), []);
    });
});
