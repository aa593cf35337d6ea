/** Imported into a server before everything else: as if its machine's clock were wrong. */
const shiftMs = Number(process.env.SHIFT_CLOCK_HOURS) * 3_600_000;
const RealDate = Date;

globalThis.Date = class ShiftedDate extends RealDate {
  constructor(...given: []) {
    if (given.length > 0) super(...given);
    else super(RealDate.now() + shiftMs);
  }

  static override now = () => RealDate.now() + shiftMs;
} as DateConstructor;
