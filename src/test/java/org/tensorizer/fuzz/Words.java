package org.tensorizer.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Damages text word by word: words lost, doubled, exchanged, or replaced by others that could stand there. */
public final class Words implements Fuzz.Damage {
    private final Pattern word;
    private final List<String> others;

    /**
     * @param word finds the words; what stands between them is kept
     * @param others words to put in
     */
    public Words(String word, List<String> others) {
        this.word = Pattern.compile(word + "|(?s:.)");
        this.others = List.copyOf(others);
    }

    @Override
    public byte[] of(byte[] bytes, Random random) {
        List<String> words = word.matcher(new String(bytes, StandardCharsets.UTF_8))
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toCollection(ArrayList::new));
        for (int i = random.nextInt(3); i >= 0; i--) {
            change(words, random);
        }
        byte[] damaged = String.join("", words).getBytes(StandardCharsets.UTF_8);
        return random.nextInt(16) == 0 ? Arrays.copyOf(damaged, random.nextInt(damaged.length + 1)) : damaged;
    }

    private void change(List<String> words, Random random) {
        String other = others.get(random.nextInt(others.size()));
        if (words.isEmpty()) {
            words.add(other);
            return;
        }
        int at = random.nextInt(words.size());
        switch (random.nextInt(6)) {
            case 0 -> words.remove(at);
            case 1 -> words.add(at, words.get(random.nextInt(words.size())));
            case 2 -> words.set(at, words.get(random.nextInt(words.size())));
            case 3 -> words.add(at, other);
            default -> words.set(at, other);
        }
    }
}
