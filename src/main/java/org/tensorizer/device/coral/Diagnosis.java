package org.tensorizer.device.coral;

/**
 * What a line of libedgetpu's log means.
 *
 * @param line as the runtime printed it
 * @param what which transfer failed and how, or what was refused
 * @param cause likely
 * @param remedy what to try
 */
public record Diagnosis(String line, String what, String cause, String remedy) {
    @Override
    public String toString() {
        return what + "; likely: " + cause + "; try: " + remedy;
    }
}
