// The rating scale as the site shows it. The twin of app/model/scale.py.
import { fixed, numberText } from "./words.js";

const STAR_WIDTH = 20;
const MOST_STARS = 10;
const USUAL_STARS = 5;
const MOST_WITH_DECIMALS = 20;

export class RatingScale {
  /** @param {FoldInData["scale"]} scale */
  constructor([low, high]) {
    const hasOwnStars = low >= 0 && high <= MOST_STARS && Number.isInteger(high);
    this.low = low;
    this.high = high;
    this.rowWidth = STAR_WIDTH * (hasOwnStars ? high : USUAL_STARS);
    this.unfilled = hasOwnStars ? 0 : low;
    this.decimals = high <= MOST_WITH_DECIMALS ? 1 : 0;
  }

  /** @param {number} value */
  clipped(value) {
    return Math.min(Math.max(value, this.low), this.high);
  }

  /** @param {number} value */
  filled(value) {
    const share = this.high > this.low ? (value - this.unfilled) / (this.high - this.unfilled) : 1;
    return fixed(this.rowWidth * Math.min(Math.max(share, 0), 1), 1);
  }

  /** @param {number} value */
  ratingText(value) {
    return numberText(String(Number(value.toPrecision(6))));
  }

  /** @param {number} value */
  scoreText(value) {
    return numberText(fixed(value, this.decimals));
  }

  /** A score to the hundredth. @param {number} value */
  exactText(value) {
    return numberText(fixed(value, 2));
  }

  /** What is added to a score, to the hundredth. @param {number} value */
  partText(value) {
    return `${value < 0 ? "" : "+"}${this.exactText(value)}`;
  }

  /** @param {number} value not clipped */
  predictedText(value) {
    if (Number(fixed(value, this.decimals)) > this.high) return `${this.ratingText(this.high)}+`;
    return this.scoreText(Math.max(value, this.low));
  }

  /** How large a difference is, nothing where it would read as none. @param {number} value */
  differenceText(value) {
    const text = fixed(Math.abs(value), this.decimals);
    return Number(text) === 0 ? "" : numberText(text);
  }
}
