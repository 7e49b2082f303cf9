/**
 * A payload's layout found from what a device answers, and hypotheses tested against their rivals.
 *
 * <p>Start at {@link org.tensorizer.recovery.Recovery}. It sees a device only through
 * {@link org.tensorizer.recovery.PayloadTarget}, which knows sizes, zero points and the payload's bytes, and uses nothing
 * of {@code layout} but the names of a byte's roles.
 */
package org.tensorizer.recovery;
