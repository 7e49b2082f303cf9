/**
 * Changes the payload of a compiled model and nothing else, and says what was changed.
 *
 * <p>A {@link org.tensorizer.patch.Patch} is a list of {@linkplain org.tensorizer.patch.Region regions} with a
 * {@linkplain org.tensorizer.patch.Pattern pattern} each. {@link org.tensorizer.patch.PatchedModel} carries it out on a
 * copy; {@link org.tensorizer.patch.PayloadWriter} is the same for many weight sets in place.
 */
package org.tensorizer.patch;
